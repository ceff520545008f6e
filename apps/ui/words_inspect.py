"""What the Inspect tab says around a result, in English and Chinese side by side."""

from explain.catalogue import Phrase

INSPECT: dict[str, Phrase] = {
    "refused.other": Phrase(
        "It was held against {model}. Is it another product? Choose that one's model at the top: {others}.",
        "本次使用的模型是 {model}。若为其他产品，请在上方选择对应模型：{others}。",
    ),
    "unheard": Phrase(
        "This model hears no words: it was fitted without training. Draw over the place instead, here below; or train"
        " the model on the Teach page.",
        "该模型未经训练，不理解文字。请改为在下方涂抹相应位置，或在“训练”页训练网络。",
    ),
    "legend.empty": Phrase("What the colours mean appears here.", "色标的含义将显示在此处。"),
    # what if the limit were elsewhere
    "limit.slider": Phrase("What if the limit were here", "假如界限在此处"),
    "limit.empty": Phrase(
        "The scores of the good parts, and where this picture stands among them, appear here.",
        "良品得分的分布以及本图像所处的位置将显示在此处。",
    ),
    "limit.chart": Phrase("Scores of the {n} good calibration parts", "{n} 件校准良品的得分"),
    "limit.here": Phrase("limit {limit}", "界限 {limit}"),
    "limit.this": Phrase("this picture {score}", "本图像 {score}"),
    "limit.now": Phrase(
        "{verdict} as it is, with T1 at {review} and T2 at {reject}.",
        "{verdict}：当前设置为 T1 {review}，T2 {reject}。",
    ),
    "limit.if": Phrase(
        "{verdict} would be the verdict with T1 at {review} and T2 at {reject}.",
        "{verdict}：若 T1 为 {review}、T2 为 {reject} 时的判定。",
    ),
    "limit.flagged": Phrase(
        "{k} of the {n} good calibration parts ({share}) would be flagged, {rejected} of them rejected.",
        "{n} 件校准良品中将有 {k} 件（{share}）被标记，其中 {rejected} 件判退。",
    ),
    "limit.none": Phrase(
        "None of the {n} good calibration parts would be flagged; up to {share} of all others still may (95 % sure).",
        "{n} 件校准良品均不会被标记；但全部良品中仍可能有至多 {share} 被标记（置信度 95%）。",
    ),
    "limit.nothing": Phrase(
        "Only a thought: nothing is changed by it. What holds is set on the Teach page.",
        "仅为假设，不会改变任何设置。实际阈值请在“训练”页设置。",
    ),
    # zoom
    "zoom": Phrase("Look closer, at full resolution", "以完整分辨率查看"),
    "zoom.which": Phrase("Which picture", "选择图像"),
    "zoom.input": Phrase("Picture", "原图"),
    "zoom.normal": Phrase("Normal version (generated)", "正常状态图（生成）"),
    "zoom.out": Phrase("Smaller", "缩小"),
    "zoom.in": Phrase("Larger", "放大"),
    "zoom.whole": Phrase("The whole picture", "整幅图像"),
    "zoom.pixels": Phrase("A pixel for a pixel", "逐像素 (1:1)"),
    "zoom.close": Phrase("Close", "关闭"),
    "zoom.keys": Phrase(
        "Keys: + and − zoom, arrows move, 1 to 4 choose the picture, 0 shows all of it, Esc closes. Or wheel and drag.",
        "按键：+ 和 − 缩放，方向键移动，1 至 4 切换图像，0 显示全图，Esc 关闭。也可用滚轮和拖动。",
    ),
}
EXAMPLES: dict[str, str] = {  # what the example calls its defects, and says of the pictures to click, in Chinese
    "good": "良品",
    "scratch": "划痕",
    "chip": "崩缺",
    "blocked hole": "堵孔",
    "hole": "破洞",
    "stain": "污渍",
    "pulled thread": "抽丝",
    "missing limb": "缺失肢体",
    "wrong pose": "姿势错误",
    "crack": "裂纹",
    "A gasket without defects, lit from the upper left.": "无缺陷的垫圈，光线来自左上方。",
    "A long deep scratch crosses the ring at the bottom.": "圆环下部有一道长而深的划痕。",
    "A large piece is chipped off the outer rim at the upper right.": "外缘右上方崩掉了一大块。",
    "The bolt hole at the right is completely blocked by dirt.": "右侧螺栓孔被污物完全堵住。",
    "An even piece of linen without defects, lit from the upper left.": "平整、无缺陷的亚麻布，光线来自左上方。",
    "A large hole is torn into the fabric at the top.": "织物上方撕开了一个大洞。",
    "A large ink stain lies on the fabric at the lower left.": "织物左下方有一大块墨渍。",
    "A horizontal thread is pulled far out of line at the lower left of the fabric.": "织物左下方有一根横纱被拉出。",
    "A wooden mannequin without defects, waving, lit from the upper left.": "无缺陷的木偶，正在挥手，光线来自左上方。",
    "The left shin with its foot is missing.": "左小腿连同左脚缺失。",
    "The right arm is raised far too high.": "右臂抬得过高。",
    "A wide dark crack runs along the right upper arm.": "右上臂有一道宽而深的裂纹。",
}
