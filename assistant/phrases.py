"""What the conversation says besides the findings, in English and Chinese side by side."""

from explain.catalogue import Lang, Phrase


def phrase(key: str, lang: Lang, **slots: str) -> str:
    """Return a sentence of the conversation with its slots filled in."""
    said: str = getattr(PHRASES[key], lang)
    return said.format(**slots)


PHRASES: dict[str, Phrase] = {
    # what can't be answered
    "no_such": Phrase(
        "There is no picture that {said} could mean here: {n} are in this conversation.",
        "此处没有{said}所指的图片：本次对话共有 {n} 张。",
    ),
    "nothing_yet": Phrase(
        "There is no picture to talk about yet: give one first.", "还没有可讨论的图片：请先提供一张。"
    ),
    "not_understood": Phrase(
        "I did not understand that. Nothing was done. I answer questions about these pictures, such as: {examples}.",
        "没有听懂，未执行任何操作。我可以回答关于这些图片的问题，例如：{examples}。",
    ),
    "model.took": Phrase("The language model {model} took that for: {tool}.", "语言模型{model}将其理解为：{tool}。"),
    "model.failed": Phrase(
        "The language model {model} could not be asked what that means: {why}", "无法询问语言模型{model}其含义：{why}"
    ),
    "refused": Phrase(
        "{name} was refused, so there is no score, map or region to speak of. Reason: {refusal}.",
        "{name}被拒绝评估，因此没有得分、差异图或区域可谈。原因（系统原文）：{refusal}。",
    ),
    # look
    "look.read": Phrase("Understood: {wishes}.", "理解为：{wishes}。"),
    "look.deaf": Phrase(
        "This model can't hear words, so they change nothing: fit it with --method neural, or ask with --words."
        " What was found without them:",
        "本模型不能理解文字，因此文字不起作用：请用 --method neural 训练，或提问时加 --words。不借助文字的结果如下：",
    ),
    "look.nothing": Phrase(
        "Those words name nothing to look for, nothing to leave out and no place.",
        "这些文字没有说明要查找、忽略什么或查看何处。",
    ),
    # compare
    "compare.line": Phrase(
        "{name}: {verdict}, score {score}, regions marked: {regions}.",
        "{name}：{verdict}，得分 {score}，标记 {regions} 处。",
    ),
    "compare.more": Phrase(
        "{more} differs more from normal than {less}, by {by} sigma.", "{more}比{less}偏离正常更多，相差 {by}σ。"
    ),
    "compare.same": Phrase("Both differ from normal as much.", "两者偏离正常的程度相同。"),
    "compare.one": Phrase("That needs two pictures, and there is only one here.", "比较需要两张图片，而此处只有一张。"),
    "compare.strongest": Phrase("Strongest on {name}: {sight}", "{name}中差异最大处：{sight}"),
    # regions
    "none_marked": Phrase("Nothing is marked on {name}.", "{name}上没有标记。"),
    "none_there": Phrase(
        "Nothing is marked {place} on {name}; {found} elsewhere.", "{name}的{place}没有标记；其他位置有 {found} 处。"
    ),
    "missing": Phrase(
        "Region {number} is not described on {name}: {found} are.", "{name}没有区域 {number}：共描述 {found} 处。"
    ),
    "where": Phrase(
        "Region {number}: {place}; from x {x0}, y {y0} to x {x1}, y {y1}; {width} × {height} px, {area} px"
        " marked, {share} of the {frame}.",
        "区域 {number}：{place}；x {x0}、y {y0} 至 x {x1}、y {y1}；{width} × {height} px，标记 {area} 像素，"
        "占{frame} {share}。",
    ),
    "where.mm": Phrase("That is {width} × {height} mm.", "即 {width} × {height} mm。"),
    "frame.part": Phrase("part", "零件"),
    "frame.picture": Phrase("picture", "图像"),
    "more": Phrase("In all, {found} places are marked.", "共标记 {found} 处。"),
    "normal": Phrase(
        "On the left {name} as it is, on the right its normal version, which is generated: the pixels are its own but"
        " where a region is marked ({found} in all).",
        "左为{name}原图，右为其正常状态图（生成）：除标记区域（共 {found} 处）外均为原图像素。",
    ),
    # thresholds
    "rates": Phrase(
        "In force: review from {review} (at most {review_rate} of good parts), reject from {reject} (at most"
        " {reject_rate}), from {n} good parts.",
        "当前阈值：复检 {review}（良品至多 {review_rate}），判退 {reject}（良品至多 {reject_rate}），依据 {n} 件良品。",
    ),
    "rates.new": Phrase(
        "With {review_rate} for review and {reject_rate} for reject: review from {review}, reject from {reject}.",
        "若复检误报率为 {review_rate}、判退误报率为 {reject_rate}：复检阈值 {review}，判退阈值 {reject}。",
    ),
    "rates.this": Phrase("{name} would be {after} instead of {before}.", "{name}将由{before}变为{after}。"),
    "rates.same": Phrase("{name} would stay {before}.", "{name}仍为{before}。"),
    "rates.lot": Phrase(
        "Of {n} pictures here, {changed} would change: {counts}.", "此处 {n} 张图片中有 {changed} 张会改变：{counts}。"
    ),
    "rates.not_set": Phrase(
        "Nothing was changed: a conversation sets no thresholds. foil threshold {model} does.",
        "未作任何更改：对话不会设置阈值。请用 foil threshold {model} 设置。",
    ),
    # the lot
    "lot": Phrase("{n} pictures: {counts}.", "共 {n} 张图片：{counts}。"),
    "lot.unreadable": Phrase("{n} unreadable", "{n} 张无法读取"),
    "lot.worst": Phrase(
        "Furthest from normal is {name}, with a score of {score}.", "偏离正常最多的是{name}，得分 {score}。"
    ),
    "lot.promise": Phrase(
        "Of good parts alone, at most {reject_rate} would be rejected and {review_rate} reviewed or rejected, so"
        " far as {n} good parts support it.",
        "若全为良品，至多 {reject_rate} 会被判退、{review_rate} 会被复检或判退，以 {n} 件良品所能支持的程度为限。",
    ),
    "lot.which": Phrase("{verdict}: {names}.", "{verdict}：{names}。"),
    "lot.none": Phrase("none", "无"),
    # how sure, and the limits
    "sure.p": Phrase(
        "p = {p}: of 100 good parts, about {of_100} would look at least as unusual as {name}.",
        "p = {p}：100 件良品中约有 {of_100} 件至少与{name}同样不寻常。",
    ),
    "sure.far": Phrase(
        "Its score of {score} is {times} times the reject threshold ({reject}) and {review_times} times the"
        " review threshold ({review}).",
        "得分 {score} 为判退阈值（{reject}）的 {times} 倍、复检阈值（{review}）的 {review_times} 倍。",
    ),
    "sure.not": Phrase(
        "No one can say how likely this part is to be bad: the model knows good parts only.",
        "无法给出该件为不良品的概率：模型只见过良品。",
    ),
    "limits": Phrase(
        "The model {model} knows {n} good parts and nothing else (method {method}); what it never saw is unusual"
        " to it, bad or not.",
        "模型{model}只见过 {n} 件良品（方法 {method}）；凡未见过的，无论好坏，对它都不寻常。",
    ),
    "limits.found": Phrase(
        "Synthetic defects are found half the time from this share of the picture on: {limits}. Smaller ones may"
        " be missed.",
        "合成缺陷达到以下面积占比时有一半会被检出：{limits}。更小的可能漏检。",
    ),
    "limits.unknown": Phrase(
        "From which size on it finds defects was not measured for this model; a trained network (--method"
        " neural) says it.",
        "该模型未测量可检出的最小缺陷；经训练的网络（--method neural）会给出。",
    ),
    "limits.world": Phrase(
        "It sees what a picture shows: not the back, not the inside, nothing that is hidden, blurred or overexposed.",
        "它只看得到图像所示：看不到背面、内部，以及被遮挡、模糊或过曝之处。",
    ),
    # similar
    "similar": Phrase(
        "{name}: {verdict}, {sight} (likeness {likeness})", "{name}：{verdict}，{sight}（相似度 {likeness}）"
    ),
    "similar.to": Phrase(
        "Nearest to {what}, by the words of what was measured, not by what caused it:",
        "按测量结果的文字描述（而非成因）与{what}最接近的是：",
    ),
    "similar.none": Phrase(
        "No other picture here has a marked region to compare.", "此处没有其他带标记区域的图片可比较。"
    ),
    # what is on record
    "record.fields": Phrase(
        "On record, {n} inspections fit ({fields}); the newest first:",
        "记录中符合的检验有 {n} 项（{fields}），最新的在前：",
    ),
    "record.near": Phrase(
        "On record, nearest to {what} ({fields}{n} inspections to choose from):",
        "记录中与{what}最接近的是（{fields}范围为 {n} 项检验）：",
    ),
    "record.none": Phrase("Nothing on record fits: {fields}.", "记录中没有符合的：{fields}。"),
    "record.missing": Phrase(
        "{n} older inspections are not indexed, so they were not searched: foil store index indexes them.",
        "另有 {n} 项较早的检验未建索引，未被搜索：请运行 foil store index。",
    ),
    "record.all": Phrase("all", "全部"),
    "record.hit": Phrase("{number}, {name}: {verdict}{said}", "{number}，{name}：{verdict}{said}"),
    "record.likeness": Phrase(" (likeness {likeness})", "（相似度 {likeness}）"),
    "field.verdict": Phrase("verdict {value}", "判定 {value}"),
    "field.lot": Phrase("lot {value}", "批次 {value}"),
    "field.since": Phrase("since {value}", "自 {value} 起"),
    "field.on": Phrase("on {value}", "{value} 当天"),
    "field.larger than": Phrase("larger than {value}", "大于 {value}"),
    # drift
    "drift.inspection": Phrase("inspection {number} ({time})", "检验 {number}（{time}）"),
    "drift.store": Phrase("Of all {n} parts of this model on record:", "该模型记录在案的全部 {n} 件："),
    "drift.nothing": Phrase(
        "No drift to tell: no score of this model is on record here.", "无法判断漂移：此处没有该模型的得分记录。"
    ),
    "drift.steady": Phrase(
        "No drift: what may be good among {parts} parts scores as the {n} good parts of the calibration do.",
        "无漂移：{parts} 件中可能为良品者，其得分与校准所用的 {n} 件良品一致。",
    ),
    "drift.defects": Phrase(
        "More defects, no drift: scores are higher since {since}, but by parts that people called bad ({bad} of"
        " {parts}); the others show no shift so far against the {n} good parts of the calibration.",
        "缺陷增多，并非漂移：自{since}起得分升高，但来自人工判为不合格的零件（{parts} 件中 {bad} 件）；"
        "其余零件与校准所用的 {n} 件良品相比，目前未见偏移。",
    ),
    "drift.undecided": Phrase(
        "ALARM: scores are higher since {since}, plain at {at}. Whether good parts changed or more are bad,"
        " nobody can tell yet: of {parts} parts, {undecided} at or above T1 nobody called good or bad.",
        "报警：自{since}起得分升高（至{at}确认）。尚无法判断是良品发生变化还是不良品增多："
        "{parts} 件中有 {undecided} 件达到 T1 而无人判定好坏。",
    ),
    "drift.changed.up": Phrase(
        "ALARM: good parts changed. Since {since}, plain at {at}, they score higher than the {n} good parts"
        " of the calibration: expect more false alarms than promised. Light, camera, product or process may be other.",
        "报警：良品发生了变化。自{since}起（至{at}确认），其得分高于校准所用的 {n} 件良品：误报会多于承诺。"
        "可能是光照、相机、产品或工艺发生了变化。",
    ),
    "drift.changed.down": Phrase(
        "ALARM: parts changed. Since {since}, plain at {at}, they score lower than the {n} good parts of the"
        " calibration: a defect may be missed that was found before. Is the picture blurred, darker or cut otherwise?",
        "报警：零件发生了变化。自{since}起（至{at}确认），其得分低于校准所用的 {n} 件良品："
        "原可发现的缺陷可能漏检。请检查图像是否变模糊、变暗或取景不同。",
    ),
    "drift.look": Phrase(
        "ALARM: the pictures changed. Since {since}, plain at {at}, they are {said} than those of the good parts that"
        " the model was fitted on. Scores may follow; look at light, lens and camera.",
        "报警：图像发生了变化。自{since}起（至{at}确认），图像比建模所用良品的图像{said}。得分可能随之变化；请检查光照、镜头与相机。",
    ),
    "drift.look.brightness.up": Phrase("brighter", "更亮"),
    "drift.look.brightness.down": Phrase("darker", "更暗"),
    "drift.look.contrast.up": Phrase("richer in contrast", "对比度更高"),
    "drift.look.contrast.down": Phrase("poorer in contrast", "对比度更低"),
    "drift.look.sharpness.up": Phrase("sharper or grainier", "更锐利或噪点更多"),
    "drift.look.sharpness.down": Phrase("more blurred", "更模糊"),
    "drift.look.red_against_green.up": Phrase("redder", "偏红"),
    "drift.look.red_against_green.down": Phrase("greener", "偏绿"),
    "drift.look.yellow_against_blue.up": Phrase("yellower", "偏黄"),
    "drift.look.yellow_against_blue.down": Phrase("bluer", "偏蓝"),
    "drift.now": Phrase(
        "Of the latest {of} that may be good, {seen} lie above the middle of the calibration; {low} to {high} would be"
        " usual.",
        "最近 {of} 件可能的良品中有 {seen} 件高于校准的中位；通常为 {low} 至 {high} 件。",
    ),
    "drift.bad": Phrase("{bad} parts that people called bad are left out.", "人工判为不合格的 {bad} 件未计入。"),
    # decisions
    "decide.sure": Phrase(
        "Shall I record {verdict} for {name}, by {by}, because: {reason}? yes / no",
        "是否将{name}记录为{verdict}（{by}，理由：{reason}）？是 / 否",
    ),
    "decide.done": Phrase(
        "Recorded as {record}: {verdict} for {name}, on inspection {inspection}.",
        "已记录为 {record}：{name}判为{verdict}（检测记录 {inspection}）。",
    ),
    "decide.dropped": Phrase("Nothing was recorded.", "未作记录。"),
    "decide.verdict": Phrase(
        "Nothing was recorded: say which verdict and why, as in “reject it, because the rim is cracked”.",
        "未作记录：请说明判定和理由，例如“判为不合格，因为边缘有裂纹”。",
    ),
    "decide.reason": Phrase(
        "Nothing was recorded yet: a decision needs a reason. Say “because ...”.",
        "尚未记录：决定需要理由，请说“因为……”。",
    ),
    "decide.by": Phrase(
        "Nothing was recorded: a person answers for a decision by name. foil ask ... --by NAME says it.",
        "未作记录：决定须有人署名负责，请用 foil ask ... --by 姓名。",
    ),
    "decide.no_store": Phrase(
        "Nothing was recorded: no store is open. foil ask ... --store FOLDER --by NAME opens one.",
        "未作记录：没有打开存储。请用 foil ask ... --store 文件夹 --by 姓名。",
    ),
    # fits
    "fit.sure": Phrase(
        "Shall I have a model {name} fitted on the {n} good pictures of {source}? If there is a model of this name, it"
        " stays in force and the new one waits beside it. yes / no",
        "是否用{source}中的 {n} 张良品图片拟合模型{name}？若已有同名模型，它仍然生效，"
        "新模型作为候选版本等待启用。是 / 否",
    ),
    "fit.done": Phrase(
        "Job {job} will fit {name}; foil serve does what waits, and so does foil jobs run. foil jobs list says how far"
        " it is.",
        "任务 {job} 将拟合{name}；由 foil serve 或 foil jobs run 执行，进度见 foil jobs list。",
    ),
    "fit.dropped": Phrase("Nothing is fitted.", "未拟合任何模型。"),
    "fit.source": Phrase(
        "Nothing is fitted: say on which folder, ZIP or manifest of good pictures, and under which name, as in “fit on"
        " parts/good and call it bracket”.",
        "未拟合任何模型：请说明良品图片所在的文件夹、ZIP 或清单，以及名称，例如“用 parts/good 训练，叫 bracket”。",
    ),
    "fit.by": Phrase(
        "Nothing is fitted: here nobody has given a name. The Teach page and foil fit fit models, and foil ask ... --by"
        " NAME lets me ask for it.",
        "未拟合任何模型：此处无人署名。请用“训练”页面或 foil fit，也可以用 foil ask ... --by 姓名 让我代为提出。",
    ),
    # the rest
    "zoom": Phrase(
        "{what} of {name}, {times} times as large; on the right its normal version, which is generated.",
        "{name}：{what}，放大 {times} 倍；右侧为生成的正常状态图。",
    ),
    "zoom.regions": Phrase("Region {numbers}", "区域 {numbers}"),
    "zoom.place": Phrase("What lies {place}", "{place}的部分"),
    "report": Phrase(
        "No report was written: it is made from a store, into a folder. foil ask ... --store FOLDER --out FOLDER writes"
        " one when asked, and so does foil report; the Inspect tab has a page of each picture to download.",
        "未生成报告：报告由存储生成并写入文件夹。请用 foil ask ... --store 文件夹 --out 文件夹 后再要求，"
        "或用 foil report；“检测”页可下载每张图片的报告。",
    ),
    "report.done": Phrase(
        "{path}: draft report of {n} pictures, of which {open} wait for a person's decision.",
        "{path}：{n} 张图片的报告草稿，其中 {open} 张有待人工决定。",
    ),
    "help": Phrase(
        "I am Foil, and no language model speaks here: I compute answers about {n} pictures. Ask, for instance:"
        " {examples}.",
        "我是 Foil，这里没有语言模型：我为您计算关于 {n} 张图片的答案。例如：{examples}。",
    ),
}
