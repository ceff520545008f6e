"""What the Inspect tab says around a result, in English and Chinese side by side."""

from explain.catalogue import Phrase

INSPECT: dict[str, Phrase] = {
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
