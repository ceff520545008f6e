"""The words of a report, in English and Chinese side by side; its sentences on samples stand in explain.catalogue."""

from assistant.labels import LABELS
from assistant.labels import label as shared
from explain.catalogue import Lang, Phrase
from explain.wording import percent


def label(key: str, lang: Lang, **slots: str) -> str:
    """Return a phrase of reports, or one that they share with pages, with its slots filled in."""
    if key in LABELS:
        return shared(key, lang, **slots)
    phrase: str = getattr(WORDS[key], lang)
    return phrase.format(**slots)


def share(value: float, lang: Lang) -> str:
    """Return a share in [0, 1] in percent, with three digits."""
    return percent(float(f"{value:.3g}"), lang)


def moment(time: str) -> str:
    """Return a record's time as people read it; all times are UTC."""
    return time[:19].replace("T", " ")


WORDS: dict[str, Phrase] = {
    # the front
    "title": Phrase("Inspection report", "检验报告"),
    "draft": Phrase("DRAFT", "草稿"),
    "final": Phrase("FINAL", "正式报告"),
    "by": Phrase("by {name}", "编制人：{name}"),
    "page": Phrase("page {n} of {m}", "第 {n} 页，共 {m} 页"),
    "contents": Phrase("Contents", "目录"),
    "scope.one": Phrase("Inspection {ids}: {name}", "检验记录 {ids}：{name}"),
    "scope.ids": Phrase("Inspections {ids}", "检验记录 {ids}"),
    "scope.lot": Phrase("Lot {lot}: all samples that lay in a folder of this name", "批次 {lot}：该文件夹中的全部样本"),
    "scope.since": Phrase("since {since}", "自 {since} 起"),
    "scope.until": Phrase("until {until}", "至 {until} 止"),
    "scope.all": Phrase("All that is on record", "全部记录"),
    "tile.found": Phrase("inspected", "已检验"),
    "tile.open": Phrase("still to decide", "待人工决定"),
    "draft.why.open": Phrase(
        "This is a draft. {n} of these inspections are still to be decided by a person (section 6), so no final report"
        " can be made of them yet.",
        "本报告为草稿。其中 {n} 项检验尚待人工决定（见第 6 节），因此还不能出具正式报告。",
    ),
    "draft.why.none": Phrase(
        "This is a draft: nobody has put a name to it as final. No decision of a person is missing.",
        "本报告为草稿：尚无人签发为正式报告。需人工决定的项目均已决定。",
    ),
    "final.said": Phrase(
        "Released as final by {name}, who answers for it with that name; the release is itself on record.",
        "由{name}签发为正式报告并对此负责；签发行为本身也已存入记录。",
    ),
    "broken": Phrase(
        "WARNING: the records do not hold. Something in this store was altered or is missing (section 10). Trust no"
        " figure of this report before that is explained.",
        "警告：记录校验未通过。该记录库中有内容被改动或缺失（见第 10 节）。在查明原因之前，请勿采信本报告中的数据。",
    ),
    "how": Phrase("How to read this report", "如何阅读本报告"),
    "how.score": Phrase(
        "A program, Foil, has learned from good samples only what normal looks like. It gives every new sample a score:"
        " how far, in standard deviations of the good samples (sigma), its strangest place lies from normal. Higher"
        " is stranger; around 0 is as good samples are.",
        "本报告由检测程序 Foil 生成。程序只用良品学习“正常”的样子，并为每个新样本打分：得分以良品的标准差（σ）为单位，"
        "表示样本中最异常之处偏离正常的程度。得分越高越异常；接近 0 表示与良品一致。",
    ),
    "how.verdict": Phrase(
        "Two thresholds turn the score into a verdict. Below T1: PASS. From T1 to T2: REVIEW, a person must look. From"
        " T2: REJECT. REFUSED: the picture is not of the kind that the program knows, so it gave no verdict.",
        "两个阈值把得分变为判定。低于 T1：合格；T1 至 T2 之间：待复检，须由人查看；达到 T2：不合格。"
        "拒绝评估：图像不属于程序所学的类型，因此不作判定。",
    ),
    "how.p": Phrase(
        "p is the share of good samples that score as high or higher: p = 0.01 means about one good sample in a"
        " hundred. What a person decided counts for more than what the program said; both stay on record.",
        "p 值表示得分不低于该值的良品所占比例：p = 0.01 即约百件良品中有一件。"
        "人的决定优先于程序的判定，两者都保留在记录中。",
    ),
    # 1 to 3
    "1": Phrase("1 Identity and scope", "1 标识与范围"),
    "scope": Phrase("This report is of", "报告范围"),
    "inspections": Phrase("Inspections", "检验次数"),
    "inspections.said": Phrase(
        "{n}, of {samples} different samples; files that could not be read besides: {unreadable}",
        "{n} 次，涉及 {samples} 个不同样本；另有 {unreadable} 个文件无法读取",
    ),
    "inspections.span": Phrase("First and last, UTC", "首次与末次 (UTC)"),
    "records": Phrase("Records", "记录编号"),
    "records.said": Phrase("{first} to {last} of the store {store}", "{first} 至 {last}，记录库 {store}"),
    "prepared": Phrase("Made, UTC", "生成时间 (UTC)"),
    "not on record": Phrase("not on record", "记录中没有"),
    "intended": Phrase("Product, drawing, control-plan item, limits", "产品、图纸、控制计划项目、规格限"),
    "intended.said": Phrase(
        "not on record; add by hand: ______________________________",
        "记录中没有，请手工填写：______________________________",
    ),
    "2": Phrase("2 What inspected: model and program", "2 检验系统：模型与程序"),
    "model.said": Phrase("Model {name}", "模型 {name}"),
    "model.sha256": Phrase("Model's hash (SHA-256)", "模型哈希值 (SHA-256)"),
    "model.kept": Phrase("On record since, UTC", "入库时间 (UTC)"),
    "model.bad": Phrase("Defective samples used to fit", "训练所用缺陷样本"),
    "model.bad.none": Phrase("none: it learned from good samples only", "无：只用良品训练"),
    "program": Phrase("Program", "程序"),
    "program.said": Phrase(
        "Foil {foil}, source {source}, Python {python}", "Foil {foil}，源码 {source}，Python {python}"
    ),
    "machine": Phrase("Machine", "运行环境"),
    "licence": Phrase("Licence of the program", "程序许可证"),
    "3": Phrase("3 How far it can be trusted", "3 可信程度"),
    "false alarms": Phrase("False alarms promised, model {name}", "误报率承诺，模型 {name}"),
    "limit": Phrase("Threshold", "阈值"),
    "limit.score": Phrase("Score", "得分"),
    "limit.promise": Phrase("Good samples that reach it, promised", "承诺：达到该阈值的良品"),
    "limit.seen": Phrase("Of the {n} good samples did", "{n} 件良品中实际达到"),
    "limit.confidence": Phrase("Confidence in that", "置信度"),
    "at most": Phrase("at most {rate}", "至多 {rate}"),
    "missed": Phrase(
        "Missed defects: not measured. The records hold no set of defects that was labelled beforehand, so nobody can"
        " tell from them what share of defects passes.",
        "漏检率：未测量。记录中没有事先标注的缺陷样本，因此无法据此得知缺陷被放行的比例。",
    ),
    "pod.none": Phrase(
        "Detection limits: the card of the model {name} states none, so nothing can be said of the probability of"
        " detection (POD) over the size of a defect.",
        "检出限：模型 {name} 的说明卡未给出，因此无法给出缺陷尺寸与检出概率 (POD) 的关系。",
    ),
    "pod": Phrase("Detection limits, area", "检出限（面积）"),
    "pod.said": Phrase(
        "Model {name}: the area of a synthetic defect, in percent of the picture, at which half of its kind are found"
        " (the middle of the curve of the probability of detection, POD). Smaller ones are mostly missed. The card"
        " states this one point of each curve. Real defects may be harder.",
        "模型 {name}：某类合成缺陷有一半被检出时的面积（占图像百分比），即检出概率 (POD) 曲线的中点；更小的多数会漏检。"
        "说明卡只给出每条曲线的这一点。真实缺陷可能更难检出。",
    ),
    "pod.untold": Phrase(
        "No limit within the sizes that were tried: {kinds}.", "在所试尺寸范围内无法确定检出限：{kinds}。"
    ),
    "repeat.none": Phrase(
        "Repeatability: no picture was inspected twice by the same model here, so nothing can be said of it.",
        "重复性：没有图像被同一模型检验过两次，因此无法评价。",
    ),
    "repeat.said": Phrase(
        "Repeatability: {n} pictures were inspected more than once by the same model; {same} of them got the same score"
        " to the last digit each time, and the largest difference is {most}. This is the same file again, not the same"
        " part photographed again.",
        "重复性：{n} 幅图像被同一模型检验过多次，其中 {same} 幅每次得分完全一致，最大差异为 {most}。"
        "此处为同一文件重复检验，并非同一零件重新拍摄。",
    ),
    "agree": Phrase("Agreement with people", "与人工判定的一致性"),
    "agree.none": Phrase("Nobody decided on any of these inspections yet.", "尚无人对这些检验作出决定。"),
    "agree.said": Phrase(
        "People decided on {n} of these inspections. Of {rejects} REJECTs among them they let {passed} pass"
        " ({rate}): overkill. Only what people looked at is counted.",
        "人工对其中 {n} 项检验作出了决定。其中程序判为不合格的 {rejects} 项里，人工放行 {passed} 项（{rate}），即过检。"
        "仅统计人工查看过的项目。",
    ),
    "agree.said.none": Phrase(
        "People decided on {n} of these inspections; none of them was a REJECT, so nothing can be said of overkill.",
        "人工对其中 {n} 项检验作出了决定，其中没有程序判为不合格的项目，因此无法评价过检。",
    ),
    "agree.machine": Phrase("The program said", "程序判定"),
    "agree.person": Phrase("People decided: {verdict}", "人工：{verdict}"),
    # 4 and 5
    "4": Phrase("4 Results", "4 检验结果"),
    "4.one": Phrase(
        "This report is of a single inspection: no rate, trend or Pareto can be told from it. Section 3 shows where its"
        " score lies among those of the good samples.",
        "本报告仅涉及一次检验，无法给出比例、趋势或帕累托图。其得分在良品得分中的位置见第 3 节。",
    ),
    "count.program": Phrase("By the program", "程序判定"),
    "count.share": Phrase("Share", "比例"),
    "count.interval": Phrase("True share, 95 %", "真实比例 (95%)"),
    "count.now": Phrase("After people decided", "人工决定之后"),
    "interval": Phrase("{low} to {high}", "{low} 至 {high}"),
    "counts.how": Phrase(
        "The last columns say where the true share of such samples may well lie (Wilson interval), and what holds after"
        " people's decisions.",
        "“真实比例”为该类样本真实占比的可能范围（Wilson 区间）；最后一列为人工决定之后的结果。",
    ),
    "chart.title": Phrase("Scores, model {name}", "得分，模型 {name}"),
    "chart.distribution": Phrase("How scores are spread", "得分分布"),
    "chart.distribution.how": Phrase(
        "Above, grey: good samples that were kept for setting the thresholds. Below: the samples of this report, in the"
        " colours of their verdicts. Scores beyond the right end are counted in the last bar.",
        "上方灰色：用于设定阈值的良品。下方：本报告的样本，颜色表示判定。超出右端的得分计入最后一根柱。",
    ),
    "chart.normals": Phrase("{n} good samples", "{n} 件良品"),
    "chart.samples": Phrase("samples of this report: {n}", "本报告样本：{n} 个"),
    "chart.score": Phrase("score, sigma", "得分 (σ)"),
    "chart.centre": Phrase("middle", "中位"),
    "chart.control": Phrase("Scores in the order of inspection", "按检验顺序排列的得分（控制图）"),
    "chart.control.how": Phrase(
        "Each mark is one inspection: dot PASS, triangle REVIEW, square REJECT; a mark with a number is beyond the"
        " chart. The middle line is the score that half of the good samples stay below.",
        "每个标记为一次检验：圆点为合格，三角为待复检，方块为不合格；带数字的标记超出图表范围。"
        "中位线：半数良品的得分低于此值。",
    ),
    "drift.how": Phrase(
        "How drift is told: every score is ranked among those of the good samples and of the samples before it. Where"
        " nothing changed, such ranks raise an alarm with a chance of at most 1 %, over any number of samples. What"
        " people called bad is left out.",
        "漂移判定方法：每个得分在良品及此前样本的得分中排序。若无任何变化，无论样本多少，出现报警的概率至多 1%。"
        "人工判为不合格者不计入。",
    ),
    "pareto.where": Phrase("Where it was found", "异常位置"),
    "pareto.kind": Phrase("What it looks like", "异常形态"),
    "pareto.how": Phrase(
        "Places marked on the samples with REVIEW or REJECT: how many, and the share of all that the rows down to there"
        " have together. Where it comes from is not measured.",
        "待复检和不合格样本上标记的位置：数量，以及从上到下的累计占比。异常的来源未作测量。",
    ),
    "kind.said": Phrase("{form}, {change}", "{form}，{change}"),
    "5": Phrase("5 What was found, sample by sample", "5 逐项检验结果"),
    "5.one": Phrase("5 The sample", "5 样本"),
    "5.how": Phrase(
        "Every sample with REVIEW or REJECT, strangest first.", "以下为全部待复检和不合格样本，按异常程度排列。"
    ),
    "5.normal": Phrase(
        "The normal version is generated by the model: it shows what this sample would look like if it were good, and"
        " was never photographed.",
        "“正常状态图”由模型生成：表示该样本若为良品时的样子，并非拍摄所得。",
    ),
    "5.none": Phrase("No sample has REVIEW or REJECT.", "没有待复检或不合格的样本。"),
    "5.pictures": Phrase(
        "The pictures were made again for this report, from the kept picture by the kept model. Where a map is not bit"
        " for bit the one that was recorded, it says so.",
        "图像由保存的原图和保存的模型为本报告重新生成。如差异图与记录不是逐位一致，会予以注明。",
    ),
    "caption.input": Phrase("As it was seen", "原图"),
    "caption.normal": Phrase("What normal would look like", "正常状态图"),
    "caption.difference": Phrase("Difference, numbered as in the words", "差异图（编号与文字一致）"),
    "same.no": Phrase(
        "On this machine the map is not bit for bit the one that was recorded. Figures and words are as recorded.",
        "在本机上重新生成的差异图与记录不是逐位一致；数据和文字以记录为准。",
    ),
    "pictures.none": Phrase("No pictures of it: {why}.", "没有图像。原因（系统原文）：{why}。"),
    "pictures.pruned": Phrase(
        "No pictures: the kept one was removed by policy, as record {number} says.",
        "没有图像：原图已按保存期限删除，见记录 {number}。",
    ),
    "score.of": Phrase("score {score}, p = {p}", "得分 {score}，p = {p}"),
    "limits.of": Phrase("T1 {review}, T2 {reject}", "T1 {review}，T2 {reject}"),
    "person": Phrase("Person", "人工"),
    "person.none": Phrase("nobody decided yet", "尚未决定"),
    "person.open": Phrase("open: a person must decide", "待人工决定"),
    "person.said": Phrase("{verdict} by {by}, {time}: {reason}", "{verdict}，{by}，{time}：{reason}"),
    "words": Phrase("In words", "文字说明"),
    "words.checked": Phrase(
        "machine-written, checked against the measurements: {yes}", "机器撰写，已与测量值核对：{yes}"
    ),
    "words.anew": Phrase(
        "machine-written; recorded in Chinese, told here in English from the recorded measurements",
        "机器撰写；记录原文为英文，此处根据已记录的测量值以中文重新表述",
    ),
    # 6 to 8
    "6": Phrase("6 Decisions of people", "6 人工决定"),
    "open": Phrase("Open: {n} inspections wait for a person's decision", "待决定：{n} 项检验等待人工决定"),
    "open.none": Phrase("Open: none. Nothing waits for a person's decision.", "待决定：无。没有等待人工决定的检验。"),
    "open.how": Phrase("To decide: {command}", "决定方法：{command}"),
    "decided": Phrase("Decided: {n}", "已决定：{n} 项"),
    "decided.over": Phrase(
        "{n} decisions differ from what the program said, and count in its place.",
        "其中 {n} 项与程序判定不同，以人工决定为准。",
    ),
    "p.head": Phrase("p", "p"),
    "head.id": Phrase("Id", "编号"),
    "head.time": Phrase("Time, UTC", "时间 (UTC)"),
    "head.who": Phrase("By", "决定人"),
    "head.meaning": Phrase("As", "性质"),
    "head.sample": Phrase("Sample", "样本"),
    "head.program": Phrase("Program", "程序"),
    "head.decision": Phrase("Decision", "决定"),
    "meaning.review": Phrase("review", "复核"),
    "meaning.approval": Phrase("approval", "批准"),
    "meaning.correction": Phrase("correction", "更正"),
    "meaning.responsibility": Phrase("responsibility", "责任"),
    "7": Phrase("7 Sampling", "7 抽样"),
    "7.said": Phrase(
        "Every file that was given to the program was looked at, and is counted here. How these samples were taken from"
        " the lot is not on record: whether all of it was inspected (100 %), or a sample by a plan such as ISO 2859-1"
        " (level, AQL, code letter, n, Ac/Re). Add by hand: ______________________________",
        "交给程序的每个文件都已检验并计入本报告。样本如何从批中抽取，记录中没有：是全检 (100%)，还是按抽样方案"
        "（如 ISO 2859-1：检验水平、AQL、字码、n、Ac/Re）抽检。请手工填写：______________________________",
    ),
    "8": Phrase("8 Changes", "8 变更"),
    "8.before": Phrase(
        "The last report of this store before this one: record {number}, {time} UTC ({status}).",
        "该记录库的上一份报告：记录 {number}，{time} UTC（{status}）。",
    ),
    "8.first": Phrase(
        "This is the first report of this store. Within these inspections:", "本报告为该记录库的首份报告。检验期间："
    ),
    "8.from": Phrase("From record", "自记录"),
    "8.what": Phrase("What", "内容"),
    "8.none": Phrase(
        "From the first of these inspections to the last, model, thresholds, program and machine stayed the same:",
        "从首次检验到末次检验，模型、阈值、程序和运行环境均无变化：",
    ),
    "8.some": Phrase(
        "From the first of these inspections to the last, this became another:",
        "从首次检验到末次检验，发生了以下变更：",
    ),
    "8.start": Phrase("began with", "起始"),
    "8.changed": Phrase("changed to", "变更为"),
    "8.model": Phrase(
        "model {name} ({hash}), T1 {review}, T2 {reject}", "模型 {name} ({hash})，T1 {review}，T2 {reject}"
    ),
    "8.program": Phrase("Foil {foil} (source {source})", "Foil {foil}（源码 {source}）"),
    "8.approver": Phrase(
        "Who approved a change of the model is not on record; add by hand: ______________________________",
        "模型变更的批准人不在记录中，请手工填写：______________________________",
    ),
    # 9 and 10
    "9": Phrase("9 Limits, and what was not looked at", "9 局限与未检内容"),
    "9.measured": Phrase(
        "Measured were place, size, strength, shape, brightness, colour and surface of what differs from normal. Where"
        " it comes from, and whether it matters for the product, was not; a name of a defect, where one is given, says"
        " what it looks like. What the camera can't see (the other side, the inside, dimensions) was not inspected.",
        "测量内容为异常之处的位置、大小、强度、形状、亮度、颜色和表面状态；其来源及其对产品的影响未作测量；如给出缺陷名称，仅表示外观相似。"
        "相机看不到的部分（背面、内部、尺寸）未作检验。",
    ),
    "9.world": Phrase(
        "The promise on false alarms holds for samples taken as the good samples were: same product, camera, light.",
        "误报率承诺只适用于与良品拍摄条件相同的样本：相同的产品、相机和光照。",
    ),
    "9.unreadable": Phrase("Could not be read: {n}", "无法读取：{n} 个"),
    "9.refused": Phrase("Refused, so not judged: {n}", "拒绝评估（未判定）：{n} 个"),
    "9.partly": Phrase("Looked at in part only: {n}", "仅部分检验：{n} 个"),
    "9.noted": Phrase("Doubtful pictures: {n}", "图像质量存疑：{n} 个"),
    "9.pruned": Phrase("No longer kept: {n}", "原图已不再保存：{n} 个"),
    "9.clear": Phrase(
        "Every sample was read, judged and looked at as a whole.", "所有样本均已读取、判定，并作了完整检验。"
    ),
    "partly.mask": Phrase("by a mask, {share} of the picture counted", "因掩膜，仅图像的 {share} 计入判定"),
    "partly.ignored": Phrase(
        "by words, {share} of the difference was left out ({words})", "按文字要求，全部差异的 {share} 未计入（{words}）"
    ),
    "partly.place": Phrase("by words, only one place counted ({words})", "按文字要求，仅一处计入（{words}）"),
    "partly.watched": Phrase("only these joints counted: {joints}", "仅以下关节计入判定：{joints}"),
    "note.small": Phrase("small", "尺寸偏小"),
    "note.dark": Phrase("very dark", "过暗"),
    "note.overexposed": Phrase("overexposed", "过曝"),
    "note.flat": Phrase("hardly any contrast", "几乎没有对比度"),
    "10": Phrase("10 Can these records be trusted", "10 记录的完整性"),
    "10.holds": Phrase(
        "Verified when this report was made: all {n} records follow one another without a gap, every signature is"
        " right, and every picture, model and decision that they vouch for is as it was.",
        "生成本报告时已校验：全部 {n} 条记录首尾相连、没有缺口，签名全部正确，所涉图像、模型和决定均未改动。",
    ),
    "10.broken": Phrase("Verified when this report was made: the records do NOT hold.", "生成本报告时已校验：未通过。"),
    "10.more": Phrase("and {n} more", "另有 {n} 处"),
    "10.pruned": Phrase(
        "{n} files are gone by policy, and a record says so.", "{n} 个文件已按保存期限删除，有记录为证。"
    ),
    "10.head": Phrase("Head of the chain", "记录链末端"),
    "10.number": Phrase("record {n}", "记录 {n}"),
    "10.stamp": Phrase("Time stamp", "时间戳"),
    "10.stamp.checked": Phrase(
        "record {of} and all before it existed by {time} UTC, by the clock of {authority} (record {number}); its"
        " signature was checked against a certificate that is trusted here",
        "{authority} 的时钟证明记录 {of} 及之前的全部记录最迟于 {time} UTC 已存在（见记录 {number}）；"
        "签名已用本机信任的证书核对",
    ),
    "10.stamp.unchecked": Phrase(
        "record {of} and all before it existed by {time} UTC, by the clock of {authority} (record {number}); its"
        " signature was not checked here: foil audit verify --trust CERTIFICATES.pem",
        "{authority} 的时钟证明记录 {of} 及之前的全部记录最迟于 {time} UTC 已存在（见记录 {number}）；"
        "签名未在本机核对，可运行 foil audit verify --trust CERTIFICATES.pem",
    ),
    "10.signer": Phrase("Signed by the key", "签名公钥"),
    "10.trusted": Phrase("Key", "密钥来源"),
    "10.trusted.yes": Phrase("lies on the machine that made this report", "位于生成本报告的机器上"),
    "10.trusted.no": Phrase(
        "known from the store itself only: compare it with the key that was noted elsewhere",
        "仅由记录库自身给出：请与另行保存的公钥核对",
    ),
    "10.check": Phrase("To check this yourself", "自行校验"),
    "10.this": Phrase("This report", "本报告"),
    "10.this.said": Phrase(
        "is on record, too, with the hash of this very file: right after it was made, a record was added to the chain",
        "本身也已存入记录：生成后立即向记录链追加了一条含本文件哈希值的记录",
    ),
    "10.owner": Phrase(
        "Whoever holds the key could write the whole chain anew. Keep a copy of the head's hash, or of this page, where"
        " they can't reach it: then that would be noticed.",
        "持有密钥者可以重写整条记录链。请将上述末端哈希值或本页另存于其无法触及之处，改写便会被发现。",
    ),
    "10.sign": Phrase("Signature", "签字"),
    "10.sign.said": Phrase(
        "Name: ____________________   Date: ______________   Signature: ____________________",
        "姓名：____________________   日期：______________   签字：____________________",
    ),
    "annex": Phrase("Annex: every inspection", "附录：全部检验记录"),
}
