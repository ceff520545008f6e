"""What the review tab and the gallery say, in English and Chinese side by side."""

from explain.catalogue import Phrase

REVIEW: dict[str, Phrase] = {
    "tab.review": Phrase("Review, report", "复核与报告"),
    "review.no_store": Phrase(
        "**Nothing is recorded here, so nothing waits for a decision.** Start Foil with a store: `foil serve --store"
        " records` (a folder, made where there is none). From then on every inspection of the Inspect tab, of `/api`"
        " and of `foil inspect --store records` is kept, signed, and comes here if it is REVIEW or REJECT.",
        "**当前未启用记录，因此没有待复核的检测。** 请以记录库启动 Foil：`foil serve --store records`（文件夹，"
        "不存在时自动创建）。此后“检测”页、`/api` 以及 `foil inspect --store records` 的每次检测都会被记录并签名，"
        "其中待复检和不合格的会出现在此处。",
    ),
    "review.how": Phrase(
        "**What waits for a person**: every REVIEW and REJECT on record that nobody decided on yet. Your decision is"
        " signed beside the program's verdict, and the next one comes by itself.",
        "**等待人工决定**：记录中尚无人决定的待复检和不合格检测。您的决定会签名保存在程序判定旁，随后自动显示下一项。",
    ),
    "review.keys": Phrase(
        "Keys: `J` next · `K` previous · `1` good · `2` look again · `3` bad, then type why and press `Enter` ·"
        " `Esc` leaves a field",
        "快捷键：`J` 下一项 · `K` 上一项 · `1` 合格 · `2` 需复检 · `3` 不合格，然后输入理由并按回车 · `Esc` 离开输入框",
    ),
    "review.words": Phrase("Words in the name or in what was found, then Enter", "名称或检测说明中的文字，按回车"),
    "review.words.hint": Phrase("scratch upper left", "划痕 左上"),
    "review.verdict": Phrase("Verdict of the program", "程序判定"),
    "review.all": Phrase("All", "全部"),
    "review.REVIEW": Phrase("▲ REVIEW", "▲ 待复检"),
    "review.REJECT": Phrase("■ REJECT", "■ 不合格"),
    "review.order": Phrase("Order", "顺序"),
    "review.newest": Phrase("Newest first", "最新优先"),
    "review.gravest": Phrase("Gravest first", "最严重优先"),
    "review.filters": Phrase("Model, lot, period", "模型、批次、时段"),
    "review.any_model": Phrase("any model", "任意模型"),
    "review.any_lot": Phrase("any lot", "任意批次"),
    "review.lot": Phrase("Lot (a folder that the samples lay in)", "批次（样本所在文件夹）"),
    "review.since": Phrase("Since (UTC)", "自（UTC）"),
    "review.until": Phrase("Until (UTC)", "至（UTC）"),
    "review.refresh": Phrase("Look for new ones", "刷新"),
    "review.queue": Phrase("Waiting for a decision", "待决定"),
    "review.count": Phrase("{n} wait for a decision", "{n} 项待决定"),
    "review.count.again": Phrase("{n} put back", "{n} 项已退回"),
    "review.count.fit": Phrase("{n} fit the filter", "{n} 项符合筛选条件"),
    "review.count.most": Phrase("the first {n} are listed", "仅列出前 {n} 项"),
    "review.again": Phrase("put back", "已退回"),
    "review.empty": Phrase(
        "Nothing waits for a decision. What is inspected from now on and isn't PASS comes here.",
        "没有待决定的检测。今后检测中未合格的会出现在此处。",
    ),
    "review.no_fit": Phrase(
        "Nothing that waits fits this filter; {n} wait without it.", "没有符合筛选条件的项；不筛选时有 {n} 项待决定。"
    ),
    "review.previous": Phrase("Previous (K)", "上一项 (K)"),
    "review.next": Phrase("Next (J)", "下一项 (J)"),
    "review.marked": Phrase("Where it differs, numbered", "差异位置与编号"),
    "review.drawing": Phrase("The pictures are drawn …", "正在绘制图像……"),
    "review.no_picture": Phrase(
        "This inspection is of no picture: its words say what was found.", "该检测的对象不是图像：检测结果见文字说明。"
    ),
    "review.of": Phrase(
        "Inspection {number} of {name} by the model {model}, {time} UTC",
        "第 {number} 号检测：{name}，模型 {model}，{time} UTC",
    ),
    "review.record": Phrase("Record and go on", "记录并继续"),
    "review.nothing": Phrase("There is nothing shown to decide on.", "当前没有可供决定的检测。"),
    "review.meanwhile": Phrase(
        "Somebody decided on inspection {number} meanwhile ({said}), so nothing was recorded. Look for new ones to go"
        " on.",
        "其间已有人对第 {number} 号检测作出决定（{said}），因此未作记录。请刷新后继续。",
    ),
    "review.report": Phrase("Make a report: of today, a period or a lot", "生成报告：今日、时段或批次"),
    "review.report.how": Phrase(
        "Of everything on record, whatever its verdict: counts, and each REJECT and REVIEW with its pictures. It is"
        " made as a job, which goes on if you close this page. Preview below, PDF to keep.",
        "涵盖全部记录，不论判定如何：统计数字，以及每个不合格和待复检项的图像。报告作为任务生成，关闭页面也会继续。"
        "下方可预览，PDF 可下载。",
    ),
    "review.report.when": Phrase("What the report is of", "报告范围"),
    "review.report.chosen": Phrase("Lot and period chosen above (or everything)", "上方所选批次和时段（未选则为全部）"),
    "review.report.today": Phrase("Today (UTC)", "今日（UTC）"),
    "review.final": Phrase(
        "Final: nothing of it may wait any more, and your name (at “Your name” below) answers for it",
        "正式报告：不得有待决定项，并由您（下方“您的姓名”）负责",
    ),
    "review.make": Phrase("Make the report", "生成报告"),
    "review.pdf": Phrase("Download the PDF", "下载 PDF"),
    "review.report.none": Phrase("The report is shown here.", "报告将显示在此处。"),
    "review.report.shown": Phrase("Preview of the report", "报告预览"),
    "review.report.large": Phrase(
        "The report is too long to be shown here, or its page is gone; download the PDF.",
        "报告过长或其网页已不存在，无法在此显示；请下载 PDF。",
    ),
    "review.report.made": Phrase(
        "Report made and recorded as {record}: {n} inspections, on {open} of which a person must decide before it can"
        " be final.",
        "报告已生成，记录号 {record}：共 {n} 项检测，其中 {open} 项须经人工决定后方可出具正式报告。",
    ),
    # drift
    "drift": Phrase("Is production drifting? Scores over time, and lots", "生产是否漂移？得分走势与批次统计"),
    "drift.how": Phrase(
        "Of one model: the one chosen under “Model, lot, period”, else the one at the top of the page; within the lot"
        " and the period chosen there. What is recorded later is seen after another look.",
        "针对一个模型：上方“模型、批次、时段”中所选的模型，未选则为页面顶部的模型；并限于所选批次和时段。之后的新记录需再次查看。",
    ),
    "drift.look": Phrase("Look again", "再次查看"),
    "drift.empty": Phrase("Drift, scores over time and lots appear here.", "漂移、得分走势和批次统计将显示在此处。"),
    "drift.none": Phrase(
        "Nothing that {model} inspected is on record here. Another model is chosen under “Model, lot, period”.",
        "此范围内没有模型 {model} 的检测记录。可在“模型、批次、时段”中选择其他模型。",
    ),
    "drift.of": Phrase("Model {model}", "模型 {model}"),
    "drift.steady": Phrase("No drift", "无漂移"),
    "drift.defects": Phrase("More defects, no drift", "缺陷增多，并非漂移"),
    "drift.undecided": Phrase("Alarm: nobody can tell yet", "报警：尚无法判断"),
    "drift.changed": Phrase("Alarm: good parts changed", "报警：良品发生变化"),
    "drift.pictures": Phrase("Alarm: the pictures changed", "报警：图像发生变化"),
    "drift.nothing": Phrase("Nothing to tell drift from", "无法判断漂移"),
    "drift.some": Phrase(
        "Drawn are {shown} of {n} parts, evenly spread over their order.",
        "图中为 {n} 件中按顺序均匀选取的 {shown} 件。",
    ),
    "drift.left.again": Phrase("inspected before: {n}", "重复检测：{n}"),
    "drift.left.guided": Phrase(
        "inspected under a mask, words or chosen joints, which change what a score means: {n}",
        "使用区域、文字或所选关节的检测（得分含义不同）：{n}",
    ),
    "drift.left.earlier_fits": Phrase("earlier fits of the model: {n}", "该模型更早的训练：{n}"),
    "drift.left": Phrase("Left out of drift and chart: {reasons}.", "漂移与图中未计入：{reasons}。"),
    "drift.lots": Phrase("Lots, the latest first", "批次（最新在前）"),
    "drift.lot": Phrase("Lot", "批次"),
    "drift.all": Phrase("All", "全部"),
    "drift.no_folder": Phrase("in no folder", "不在文件夹中"),
    "drift.inspections": Phrase("Inspections", "检测"),
    "drift.decided": Phrase("Decided by people", "人工决定"),
    "drift.false": Phrase("False alarms", "误报"),
    "drift.escapes": Phrase("Escapes", "漏检"),
    "drift.lots.how": Phrase(
        "A false alarm is a REVIEW or REJECT that people called good, an escape a PASS that they called bad. What"
        " nobody decided on counts as neither.",
        "误报：待复检或不合格而人工判为合格；漏检：程序判为合格而人工判为不合格。无人决定的不计入。",
    ),
    "drift.more": Phrase("{n} earlier lots are in the first row only.", "另有 {n} 个更早的批次，仅计入第一行。"),
}
GALLERY: dict[str, Phrase] = {
    "tab.gallery": Phrase("Gallery", "方法对比"),
    "gallery.how": Phrase(
        "**One picture through several methods**, side by side on one scale, with what each costs. All are fitted on"
        " the same good parts; nothing of the model in force is changed.",
        "**同一图像，多种方法**：并排显示，色标统一，并给出各自的代价。各方法都用同一批良品拟合；当前模型不受影响。",
    ),
    "gallery.files": Phrase("Other good parts, ZIP (optional)", "其他良品或 ZIP（可选）"),
    "gallery.source": Phrase(
        "Good parts: the {n} that {model} was fitted on, in {folder}.",
        "良品：{model} 拟合所用的 {n} 幅，位于 {folder}。",
    ),
    "gallery.uploaded": Phrase("Good parts: the {n} that you gave.", "良品：您提供的 {n} 幅。"),
    "gallery.unknown": Phrase(
        "No good parts are known for this model (they were uploaded, or lie elsewhere now): give some below.",
        "未找到该模型的良品（当时为上传，或已移动）：请在下方提供。",
    ),
    "gallery.untrained": Phrase(
        "This model has no trained network, so only the closed forms are offered; foil fit --method neural trains one.",
        "该模型没有经训练的网络，因此只提供闭式方法；可用 foil fit --method neural 训练。",
    ),
    "gallery.methods": Phrase("Methods", "方法"),
    "gallery.no_methods": Phrase("Choose at least one method.", "请至少选择一种方法。"),
    "gallery.takes": Phrase("{n} methods take about {time} on this machine.", "{n} 种方法在本机约需{time}。"),
    "gallery.seconds": Phrase("{n} seconds", " {n} 秒"),
    "gallery.minutes": Phrase("{n} minutes", " {n} 分钟"),
    "gallery.start": Phrase("Show", "开始"),
    "gallery.stop": Phrase("Stop", "停止"),
    "gallery.empty": Phrase(
        "Give a picture, choose methods, and press Show: each appears here as soon as it is ready.",
        "提供图像，选择方法并点击“开始”：每种方法完成后立即显示在此处。",
    ),
    "gallery.picture": Phrase("The picture", "原图"),
    "gallery.works": Phrase("being fitted …", "正在拟合……"),
    "gallery.waits": Phrase("waits for its turn", "等待中"),
    "gallery.stopped": Phrase("not shown: stopped before", "未显示：此前已停止"),
    "gallery.done": Phrase("{done} of {total} methods are ready.", "已完成 {done} / {total} 种方法。"),
    "gallery.alt": Phrase(
        "Difference by {method}, over the picture; score {times} times T1",
        "{method} 的差异叠加图；得分为 T1 的 {times} 倍",
    ),
    "gallery.times": Phrase("{times} × T1", "{times} × T1"),
    "gallery.ms": Phrase("{n} ms a picture", "每幅 {n} ms"),
    "gallery.calls": Phrase("{n} calls of the network", "调用网络 {n} 次"),
    "gallery.fitted": Phrase("fitted in {n} s", "拟合用时 {n} 秒"),
    "gallery.low": Phrase("half of T1", "T1 的一半"),
    "gallery.high": Phrase("three times T2", "T2 的三倍"),
    "gallery.scale": Phrase(
        "Colours are in units of each method's own thresholds, so panels can be compared. T1 is where a person should"
        " look, T2 where a part is rejected. Methods with a network share what they learn from: the first of them takes"
        " the time for all.",
        "颜色以各方法自身的阈值为单位，因此可以互相比较。T1：需复检；T2：判退。使用网络的方法共用训练材料，其时间计入最先执行的"
        "一种。",
    ),
    "gallery.sheet": Phrase("Download as one picture", "下载为一幅图像"),
}

METHODS: dict[str, Phrase] = {  # of pictures, by the names that --method takes
    "gaussian": Phrase("Gaussian distance", "高斯距离"),
    "memory": Phrase("Memory (nearest normal)", "记忆库（最近正常样本）"),
    "neural": Phrase("Neural", "神经网络"),
    "ddpm": Phrase("DDPM", "DDPM 重建"),
    "anoddpm": Phrase("AnoDDPM", "AnoDDPM 部分扩散"),
    "simplex": Phrase("AnoDDPM, noise in blobs", "AnoDDPM 块状噪声"),
    "ddad": Phrase("DDAD", "DDAD 条件重建"),
    "autoddpm": Phrase("AutoDDPM", "AutoDDPM 遮盖重采样"),
    "thor": Phrase("THOR", "THOR 逐步校正"),
    "transfusion": Phrase("TransFusion", "TransFusion 透明度"),
    "glad": Phrase("GLAD", "GLAD 自适应步数"),
    "imputation": Phrase("Imputation", "互补填补"),
    "fndm": Phrase("FNDM", "FNDM 正常化提示"),
    "msma": Phrase("MSMA", "MSMA 分数范数"),
    "diffpath": Phrase("DiffPath", "DiffPath 路径统计"),
    "inversionad": Phrase("InversionAD", "InversionAD 反演"),
    "diffusionad": Phrase("DiffusionAD", "DiffusionAD 两次调用"),
    "mdps": Phrase("MDPS", "MDPS 后验采样"),
    "d3ad": Phrase("D3AD", "D3AD 动态步数"),
    "hybrid": Phrase("DTE + reconstruction", "DTE + 重建"),
    "distilled": Phrase("Distilled", "蒸馏（一次调用）"),
    "odd": Phrase("ODD", "ODD 学习相似度"),
}
