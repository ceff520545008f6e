"""The labels around an inspection, in English and Chinese side by side; its sentences stand in explain.catalogue."""

from explain.catalogue import Lang, Phrase


def label(key: str, lang: Lang, **slots: str) -> str:
    """Return a label with its slots filled in."""
    phrase: str = getattr(LABELS[key], lang)
    return phrase.format(**slots)


def movement_label(key: str, lang: Lang, **slots: str) -> str:
    """Return a label as it is said of movements: in words of their own, where pictures' words don't fit."""
    own = f"movement.{key}"
    return label(own if own in LABELS else key, lang, **slots)


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
    "posed": Phrase("The person's pose", "人体姿态"),
    "regions": Phrase("Regions", "异常区域"),
    "legend": Phrase(
        "Colours: sigma beyond the normals, the same on every picture of this model. T1, T2: review and reject from"
        " here; triangle: a place is marked from here.",
        "颜色：偏离良品的程度（σ），同一模型的所有图像共用此色标。T1、T2：达到即复检、判退；三角：达到即标记该处。",
    ),
    # lines through the regions
    "profile": Phrase("Across region {region}: lightness (L*)", "横穿区域 {region}：明度（L*）"),
    "profiles": Phrase(
        "Along a line through each region's strongest place, across its narrow side: solid the picture, dashed its"
        " normal version, shaded what is marked.",
        "沿一条穿过各区域最强处、横跨其窄边的线：实线为图像，虚线为其正常状态，底色处为被标记部分。",
    ),
    # what makes up the score
    "makeup": Phrase(
        "What makes up the score: the strongest regions made normal one after another, each time judged again.",
        "得分的构成：依次将最强的区域恢复正常，每次重新评估。",
    ),
    "makeup.score": Phrase("score", "得分"),
    "makeup.region": Phrase("region {region}", "区域 {region}"),
    "makeup.others": Phrase("others", "其余"),
    "makeup.left": Phrase("left", "剩余"),
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
    # what it is most like
    "near": Phrase("Most like it", "最相似者"),
    "near.normal": Phrase("Good part", "良品"),
    "near.apart": Phrase("Apart, grey levels", "相距（灰度级）"),
    "near.nameless": Phrase("(name not kept)", "（未保留文件名）"),
    "near.normals": Phrase(
        "Of the {n} good parts that the model remembers as pictures; the next one to each of these is usually {usual}"
        " apart. Root mean square at 32 × 32 px, outside what is marked.",
        "取自模型以图像记住的 {n} 件良品；它们各自与最近一件通常相距 {usual}。以 32 × 32 px 的均方根计，不含被标记处。",
    ),
    "near.case": Phrase("Inspection", "检验"),
    "near.name": Phrase("Sample", "样本"),
    "near.time": Phrase("On record since (UTC)", "记录时间 (UTC)"),
    "near.verdict": Phrase("Judged", "程序判定"),
    "near.decided": Phrase("Decided by a person", "人工判定"),
    "near.nobody": Phrase("by nobody", "无人判定"),
    "near.likeness": Phrase("Likeness", "相似度"),
    "near.cases.difference": Phrase(
        "Of the {n} other marked samples on record when it was inspected, by what differs from normal: 1 is the same, 0"
        " as alike as any two. The verdict does not rest on them.",
        "取自检验时记录中另外 {n} 个有标记的样品，按与正常状态的差异比较：1 为相同，0 为与任意两者无异。"
        "判定不以此为依据。",
    ),
    "near.cases.picture": Phrase(
        "Of the {n} other samples on record when it was inspected, by the picture as a whole: 1 is the same, 0 as alike"
        " as any two. The verdict does not rest on them.",
        "取自检验时记录中另外 {n} 个样品，按整幅图像比较：1 为相同，0 为与任意两者无异。判定不以此为依据。",
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
    "index.picture": Phrase("Inspected: {count} pictures", "已检查 {count} 幅图像"),
    "index.movement": Phrase("Inspected: {count} movements", "已检查 {count} 个动作"),
    "index.both": Phrase("Inspected: {count} pictures and movements", "已检查 {count} 幅图像和动作"),
    "index.sorted": Phrase("The strongest difference comes first.", "按差异从大到小排列。"),
    "picture": Phrase("Picture", "图像"),
    "verdict": Phrase("Verdict", "判定"),
    "score.head": Phrase("Score", "得分"),
    "name": Phrase("Name", "名称"),
    "reason": Phrase("Reason", "原因"),
    # movements: in the place of the labels of the same name
    "movement.line.normals": Phrase(
        "each tick is one of the {n} normal movements, scored by statistics that never saw it",
        "每条刻度线代表 {n} 个正常动作中的一个，其得分由未见过该动作的统计量算出",
    ),
    "movement.p": Phrase(
        "p = {p}: about 1 normal movement in {one_in} would score this high or higher.",
        "p = {p}：平均每 {one_in} 个正常动作中约有 1 个得分不低于此值。",
    ),
    "movement.p.half": Phrase(
        "p = {p}: {percent} of the normal movements score this high or higher.",
        "p = {p}：{percent}的正常动作得分不低于此值。",
    ),
    "movement.p.least": Phrase(
        "p = {p}, the smallest that {n} normal movements allow: none of them scored this high.",
        "p = {p}，这是 {n} 个正常动作所能给出的最小值：没有一个得分如此之高。",
    ),
    "movement.support": Phrase("What {n} normal movements support", "{n} 个正常动作能保证什么"),
    "movement.support.beyond": Phrase(
        "Too few for at most {rate} false alarms: T2 lies beyond all of them and is extrapolated.",
        "不足以支持 {rate} 的误报率：T2 超出全部正常动作的得分，由外推得到。",
    ),
    "movement.support.needed": Phrase(
        "A firm promise takes {needed} normal movements.", "要可靠地保证这一误报率，需要 {needed} 个正常动作。"
    ),
    "movement.promised": Phrase("for at most {rate} of the normal movements", "正常动作中至多 {rate} 达到"),
    "movement.checked": Phrase(
        "Machine-written from the measurements. The normal version is computed, not recorded.",
        "文字由机器根据测量值撰写。正常动作由计算得出，并非记录所得。",
    ),
    # movements: what only they have
    "movement.about": Phrase("{seconds} s, {frames} frames, {joints}", "{seconds} 秒，{frames} 帧，{joints}"),
    "movement.animation": Phrase("The movement at true speed", "原速播放"),
    "movement.seen": Phrase("As it was seen", "实际动作"),
    "movement.normal": Phrase("Normal version", "正常动作"),
    "movement.excerpt": Phrase(
        "{start} to {end} s, around the strangest moment", "最异常时刻前后：{start} 至 {end} 秒"
    ),
    "movement.strip.picture": Phrase("Moments, in the picture's plane", "若干时刻（图像平面）"),
    "movement.strip.front": Phrase(
        "Moments, from the front: their left is on the right", "若干时刻（正面，画面右侧为其左侧）"
    ),
    "movement.strip.side": Phrase("Moments, from the side", "若干时刻（侧面）"),
    "movement.strip.how": Phrase(
        "Light: as it was seen. Grey: normal. Coloured joints are wrong, in the colours of the map below. The framed"
        " moment is the strangest.",
        "浅色：实际动作；灰色：正常动作；彩色关节为异常关节，颜色与下方热图一致。带框者为最异常时刻。",
    ),
    "movement.map": Phrase("Which joint, and when", "哪个关节，何时"),
    "movement.map.some": Phrase(
        "The {shown} strangest of {count} joints are shown.", "共 {count} 个关节，此处列出最异常的 {shown} 个。"
    ),
    "movement.seconds": Phrase("seconds", "时间（秒）"),
    "movement.sigma": Phrase("sigma; joints are marked from {threshold}", "标准差；达到 {threshold} 即标记"),
    "movement.legend": Phrase(
        "The colours mean the same for every movement of this model. Frames: what the words tell.",
        "同一模型的所有动作共用此色标。方框：文字说明所述之处。",
    ),
    "movement.angles": Phrase("Angles", "关节角度"),
    "movement.angle": Phrase("{bend}, degrees", "{bend}（度）"),
    "movement.angles.how": Phrase(
        "Line: as it was seen, 180° is straight. Band: nine of ten normal movements. Shaded: where it is wrong.",
        "曲线：实际动作，180° 为伸直；色带：十分之九的正常动作；阴影：异常时段。",
    ),
    "movement.evidence": Phrase("Evidence (JSON)", "证据 (JSON)"),
    "limb.head": Phrase("Head and trunk", "头和躯干"),
    "limb.left arm": Phrase("Left arm", "左臂"),
    "limb.right arm": Phrase("Right arm", "右臂"),
    "limb.left leg": Phrase("Left leg", "左腿"),
    "limb.right leg": Phrase("Right leg", "右腿"),
    "limb.other": Phrase("Other", "其他"),
}
