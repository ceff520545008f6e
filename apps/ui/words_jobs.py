"""What the jobs strip, optional training and versions say, in English and Chinese side by side."""

from explain.catalogue import Phrase

JOBS: dict[str, Phrase] = {
    "jobs": Phrase("Jobs", "任务"),
    "jobs.idle": Phrase("Jobs · nothing runs", "任务 · 当前空闲"),
    "jobs.at": Phrase("Jobs · {subject}: {far}", "任务 · {subject}：{far}"),
    "jobs.list": Phrase("Jobs, the newest first", "任务（最新在前）"),
    "jobs.empty": Phrase("Long work appears here.", "耗时较长的任务将显示在此处。"),
    "job.fit": Phrase("training", "训练"),
    "job.batch": Phrase("inspection", "批量检测"),
    "job.report": Phrase("report", "报告"),
    "job.of.batch": Phrase("{folder} by {model}", "{folder}（模型 {model}）"),
    "job.head": Phrase("{kind}: {subject}", "{kind}：{subject}"),
    "job.of.all": Phrase("all on record", "全部记录"),
    "job.waiting": Phrase("waits for its turn", "等待中"),
    "job.running": Phrase("runs", "进行中"),
    "job.done": Phrase("done", "已完成"),
    "job.failed": Phrase("failed", "失败"),
    "job.cancelled": Phrase("cancelled", "已取消"),
    "job.asked": Phrase("Asked for here, {time} UTC", "于 {time} (UTC) 在本页提交"),
    "job.asked.by": Phrase("Asked for by {by}, {time} UTC", "由 {by} 于 {time} (UTC) 提交"),
    "job.of": Phrase("{done} of {of}", "{done} / {of}"),
    "job.comma": Phrase(", ", "，"),
    "job.left": Phrase("about {time} left", "约剩 {time}"),
    "job.left.stage": Phrase("about {time} left of this step", "此步骤约剩 {time}"),
    "job.seconds": Phrase("{n} s", "{n} 秒"),
    "job.minutes": Phrase("{n} min", "{n} 分钟"),
    "job.starts": Phrase("begins", "正在启动"),
    "job.cancel": Phrase("Cancel", "取消"),
    "job.resume": Phrase("Resume", "继续"),
    "job.use": Phrase("Put it in force", "启用"),
    "job.select": Phrase("Select it", "选用"),
    "job.download": Phrase("Download the report", "下载报告"),
    "job.resumable": Phrase(
        "Nothing of it is lost: Resume goes on from where it was.", "进度已保留：点击“继续”可从中断处接着进行。"
    ),
    "job.curve": Phrase(
        "Loss of the training, and its validations (lower is better)", "训练损失与验证损失（越低越好）"
    ),
    "job.curve.loss": Phrase("each step", "每步"),
    "job.curve.validation": Phrase("validation", "验证"),
    "job.curve.step": Phrase("step {n}", "第 {n} 步"),
    "job.batch.done": Phrase("{n} inspected and recorded:", "已检测并记录 {n} 项："),
    "job.report.done": Phrase(
        "{n} inspections, {open} to be decided by a person.", "{n} 项检测，{open} 项待人工决定。"
    ),
    "job.model.new": Phrase("{name} is new. Select it to inspect with it.", "{name} 为新模型，选用后即可用于检测。"),
    "job.model.waits": Phrase(
        "{name} in force is unchanged. Compare, then put the new one in force; you can go back at any time.",
        "现用的 {name} 未改变。请比较后再启用新版本；随时可以恢复。",
    ),
    "job.model.switched": Phrase(
        "This one is in force now. What it replaced is under “Versions” in the Teach tab.",
        "该版本已启用。被替换的版本见“训练”页的“版本”。",
    ),
    "job.model.gone": Phrase("The model in force was changed since.", "此后现用模型又有变动。"),
    "compare.now": Phrase("in force", "现用"),
    "compare.new": Phrase("new", "新版本"),
    "compare.created": Phrase("Fitted (UTC)", "拟合时间（UTC）"),
    "compare.normals": Phrase("Good parts", "良品数"),
    "compare.judge": Phrase("Judges by", "判定依据"),
    "compare.closed": Phrase("closed form", "闭式方法"),
    "compare.network": Phrase("trained network", "训练所得网络"),
    "compare.review": Phrase("T1, REVIEW from", "T1（待复检起点）"),
    "compare.reject": Phrase("T2, REJECT from", "T2（不合格起点）"),
    "compare.painted": Phrase("Painted defects that neither learnt from", "二者均未学过的合成缺陷"),
    "compare.auroc": Phrase("Told from good parts (AUROC)", "与良品的区分度 (AUROC)"),
    "compare.caught": Phrase("Caught at 5 % false alarms", "误报率 5% 时的检出率"),
    "compare.kind": Phrase("AUROC of {kind}", "{kind} 的 AUROC"),
    "compare.helped": Phrase("Training helped, so the network judges.", "训练有效，由网络判定。"),
    "compare.helped.not": Phrase(
        "Training did not help, so the closed form judges on.", "训练未带来改进，仍由闭式方法判定。"
    ),
    "limits": Phrase("limit", "检出限"),
    "limits.note": Phrase(
        "Limit: the share of the picture from which on a painted defect of the kind is found half the time.",
        "检出限：该类合成缺陷有一半概率被检出时占图像的比例。",
    ),
    "pod": Phrase(
        "Probability of detection by size, in percent of the picture", "检出概率随尺寸（占图像百分比）的变化"
    ),
    "pod.note": Phrase(
        "A dot is a painted defect that training never saw: at the top found, at the bottom missed, at 5 % false"
        " alarms. Dashed: the limit, found half the time. Without a curve, larger ones were not found more often.",
        "每个点是训练未见过的一处合成缺陷：上方为检出，下方为漏检（误报率 5%）。虚线为检出限，即一半概率被检出。"
        "无曲线表示较大者并未更常被检出。",
    ),
    "limits.unknown": Phrase("not known", "未知"),
    "minutes": Phrase(
        "Train a network, minutes (0: none; it runs as a job and takes about twice as long in all)",
        "训练网络的分钟数（0：不训练；作为任务运行，总时长约为两倍）",
    ),
    "names": Phrase("Learn names of defects on these parts", "在这些零件上学习缺陷名称"),
    "names.how": Phrase(
        "Paints 540 defects on good parts that are held back; a minute or a few more.",
        "在留出的良品上绘制 540 个缺陷；需多花一到数分钟。",
    ),
    "fit.names": Phrase(
        "{seen} of {of} painted defects were marked; names of defects are learnt from them.",
        "绘制的 {of} 个缺陷中有 {seen} 个被标出；缺陷名称由其学得。",
    ),
    "fit.names.few": Phrase(
        "{seen} of {of} painted defects were marked, too few to learn names from; they are those of Foil's examples.",
        "绘制的 {of} 个缺陷中只有 {seen} 个被标出，不足以学习名称；沿用 Foil 示例产品的名称。",
    ),
    "fit.asked": Phrase(
        "The training of {name} is job {number}: it goes on if you close this page. See Jobs at the top.",
        "{name} 的训练为第 {number} 号任务：关闭页面也会继续。请见上方“任务”。",
    ),
    "versions": Phrase("Versions of the selected model", "所选模型的版本"),
    "versions.none": Phrase(
        "None yet: whatever replaces this model will leave it here.", "尚无：被替换的模型会保留在此处。"
    ),
    "versions.choose": Phrase("A version", "版本"),
    "versions.switch": Phrase("Put it in force", "启用"),
    "versions.nothing": Phrase("Choose a version first.", "请先选择版本。"),
    "versions.switched": Phrase(
        "{name} is that version now; what it was before is listed.", "{name} 已切换到该版本；原版本已列出。"
    ),
    "versions.line": Phrase(
        "{created} UTC · {method} · {n} good parts · T2 {reject}", "{created} UTC · {method} · {n} 件良品 · T2 {reject}"
    ),
}
STAGES: dict[str, str] = {  # what the floors below call their steps, in Chinese
    "looking over the good parts": "浏览良品",
    "reading the good parts": "读取良品",
    "remembering pictures": "记忆良品图像",
    "looking at each good part as if it were new": "逐一视作新件查看良品",
    "learning from what was said of the good parts": "学习良品的描述",
    "calibrating on more good parts": "用更多良品校准",
    "painting synthetic defects": "绘制合成缺陷",
    "training the network": "训练网络",
    "learning what words mean": "学习文字含义",
    "hiding places of good parts": "遮盖良品局部",
    "training the painter": "训练正常图绘制器",
    "learning a similarity": "学习相似度",
    "reading movements": "读取动作",
    "looking at each person as if they were new": "逐一视作新人查看",
    "inspecting": "检测",
    "painting defects to learn their names": "绘制缺陷以学习其名称",
    "reading parts": "读取零件",
    "verifying": "核验记录",
    "drawing": "绘制图像",
}
