"""What the Teach tab says of a folder given by hand and of painted defects, in English and Chinese side by side."""

from explain.catalogue import Phrase

TEACH: dict[str, Phrase] = {
    "folder": Phrase("Choose a folder, with all that lies in it", "选择文件夹（含子文件夹）"),
    "preview": Phrase("What defects would it be taught with?", "将用什么样的缺陷来训练？"),
    "preview.how": Phrase(
        "Training paints defects of nine kinds on your good pictures, and measures on such which are found. Here is one"
        " of each kind, as training draws them: some large, some faint.",
        "训练会在您的良品图像上绘制九类缺陷，并以此测量哪些能被检出。此处按训练的方式每类绘制一例：有的明显，有的轻微。",
    ),
    "preview.gallery": Phrase("Painted defects, generated", "绘制的缺陷（生成）"),
    "preview.empty": Phrase(
        "Give good pictures above: the painted defects appear here.", "请先在上方上传良品图像：绘制的缺陷将显示在此处。"
    ),
    "preview.ready": Phrase("Press the button to paint on these pictures.", "点击按钮即可在这些图像上绘制。"),
    "preview.painted": Phrase(
        "Painted, not real: these {n} defects were never photographed. An outline shows where each is (seed {seed}).",
        "绘制而成，并非真实：这 {n} 处缺陷从未被拍摄。轮廓标出其位置（种子 {seed}）。",
    ),
    "preview.paint": Phrase("Paint", "绘制"),
    "preview.others": Phrase("Paint others", "换一批"),
}
