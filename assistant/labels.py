"""The labels around an inspection, in English and Chinese side by side; its sentences stand in explain.catalogue."""

from explain.catalogue import Lang, Phrase


def label(key: str, lang: Lang, **slots: str) -> str:
    """Return a label with its slots filled in."""
    phrase: str = getattr(LABELS[key], lang)
    return phrase.format(**slots)


LABELS: dict[str, Phrase] = {
    # the verdict, one word each
    "PASS": Phrase("PASS", "合格"),
    "REVIEW": Phrase("REVIEW", "待复检"),
    "REJECT": Phrase("REJECT", "不合格"),
    "REFUSED": Phrase("REFUSED", "拒绝评估"),
    "UNREADABLE": Phrase("UNREADABLE", "无法读取"),
    # the score among the good parts
    "score": Phrase("score {score}", "得分 {score}"),
    "score.none": Phrase("not scored", "未打分"),
    "line.normals": Phrase(
        "each tick is one of the {n} good parts, scored by statistics that never saw it",
        "每条刻度线代表 {n} 件良品中的一件，其得分由未见过该件的统计量算出",
    ),
    "p": Phrase(
        "p = {p}: about 1 good part in {one_in} would score this high or higher.",
        "p = {p}：平均每 {one_in} 件良品中约有 1 件得分不低于此值。",
    ),
    "p.half": Phrase(
        "p = {p}: {percent} of the good parts score this high or higher.", "p = {p}：{percent}的良品得分不低于此值。"
    ),
    "p.least": Phrase(
        "p = {p}, the smallest that {n} good parts allow: none of them scored this high.",
        "p = {p}，这是 {n} 件良品所能给出的最小值：没有一件得分如此之高。",
    ),
    "left_out": Phrase(
        "{share} of the difference was left out of the score, as the words ask.",
        "按文字要求，全部差异的 {share} 未计入得分。",
    ),
    # the pictures
    "input": Phrase("Input", "输入图像"),
    "normal": Phrase("Normal version", "正常状态图"),
    "generated": Phrase("generated", "生成图像"),
    "overlay": Phrase("Difference over the picture", "差异叠加图"),
    "map": Phrase("Difference map", "差异图"),
    "guided": Phrase("Where the words fit", "与文字相符之处"),
    "regions": Phrase("Regions", "异常区域"),
    "legend": Phrase(
        "The colours mean the same on every picture of this model. T1, T2: review and reject from here; triangle:"
        " pixels are marked from here.",
        "同一模型的所有图像共用此色标。T1、T2：达到即复检、判退；三角：达到即标记像素。",
    ),
    # the regions, as a table
    "where": Phrase("Where", "位置"),
    "size": Phrase("Size, px", "大小 (px)"),
    "share.part": Phrase("Of the part", "占零件"),
    "share.picture": Phrase("Of the picture", "占图像"),
    "peak": Phrase("Peak, sigma", "峰值 (σ)"),
    "mean": Phrase("Mean, sigma", "均值 (σ)"),
    "lightness": Phrase("Lightness, L*", "亮度 (L*)"),
    "colour": Phrase("Colour, ΔE", "色差 (ΔE)"),
    "form": Phrase("Form", "形状"),
    "change": Phrase("Change", "变化"),
    "elongated": Phrase("elongated", "细长"),
    "compact": Phrase("compact", "紧凑"),
    "spread": Phrase("spread out", "大片"),
    "speckled": Phrase("specks", "散点"),
    "added": Phrase("added", "多出"),
    "missing": Phrase("missing", "缺失"),
    "altered": Phrase("altered", "改变"),
    "no_regions": Phrase("No place is marked.", "没有标记任何位置。"),
    "more_regions": Phrase(
        "{found} places are marked; the {shown} strongest are listed.", "共标记 {found} 处，此处列出最强的 {shown} 处。"
    ),
    # what it rests on
    "explanation": Phrase("In words", "文字说明"),
    "support": Phrase("What {n} good parts support", "{n} 件良品能保证什么"),
    "support.range": Phrase(
        "At most {rate} false alarms: promised with {confidence} confidence. The true rate may well lie between {low}"
        " and {high}.",
        "误报率至多 {rate}：置信度 {confidence}，实际误报率可能在 {low} 至 {high} 之间。",
    ),
    "support.beyond": Phrase(
        "Too few for at most {rate} false alarms: T2 lies beyond all of them and is extrapolated.",
        "不足以支持 {rate} 的误报率：T2 超出全部良品的得分，由外推得到。",
    ),
    "support.needed": Phrase(
        "A firm promise takes {needed} good parts.", "要可靠地保证这一误报率，需要 {needed} 件良品。"
    ),
    "thresholds": Phrase("Thresholds", "阈值"),
    "T1": Phrase("T1, a person looks", "T1：人工复检"),
    "T2": Phrase("T2, rejected", "T2：判不合格"),
    "promised": Phrase("for at most {rate} of the good parts", "良品中至多 {rate} 达到"),
    "too_few": Phrase("none: too few good parts", "无：良品太少"),
    "model": Phrase("Model", "模型"),
    "model.method": Phrase("Method", "方法"),
    "model.representation": Phrase("Looks at", "特征"),
    "model.n_normals": Phrase("Fitted on, good parts", "训练良品数"),
    "model.n_skipped": Phrase("Unusable pictures", "无法使用的图像"),
    "model.aligned": Phrase("Turned to one pose", "统一姿态"),
    "model.pooled": Phrase("One statistic for all places", "各处共用统计量"),
    "model.created": Phrase("Fitted", "训练时间"),
    "model.foil": Phrase("Foil", "Foil 版本"),
    "model.fingerprint": Phrase("Fingerprint of the data", "数据指纹"),
    "yes": Phrase("yes", "是"),
    "no": Phrase("no", "否"),
    "sample": Phrase("Sample (SHA-256)", "样本 (SHA-256)"),
    "date": Phrase("Written", "生成时间"),
    "checked": Phrase(
        "Machine-written, checked against the measurements: yes. The normal version is generated, not photographed.",
        "文字由机器撰写，已与测量值核对：是。正常状态图为生成图像，并非拍摄所得。",
    ),
    "unchecked": Phrase(
        "Machine-written, checked against the measurements: no. The normal version is generated, not photographed.",
        "文字由机器撰写，已与测量值核对：否。正常状态图为生成图像，并非拍摄所得。",
    ),
    "removed": Phrase(
        "{count} sentence(s) of the narrator were taken out: the measurements don't hold them.",
        "已撤下解说文字 {count} 句：测量值不支持。",
    ),
    # many at once
    "index": Phrase("Inspected: {count} pictures", "已检查 {count} 幅图像"),
    "index.sorted": Phrase("The strongest difference comes first.", "按差异从大到小排列。"),
    "picture": Phrase("Picture", "图像"),
    "verdict": Phrase("Verdict", "判定"),
    "score.head": Phrase("Score", "得分"),
    "name": Phrase("Name", "名称"),
    "reason": Phrase("Reason", "原因"),
}
