"""What the app says besides the findings, in English and Chinese side by side."""

from apps.ui.words_ask import ASK
from apps.ui.words_inspect import INSPECT
from apps.ui.words_jobs import JOBS
from apps.ui.words_login import LOGIN
from apps.ui.words_review import GALLERY, REVIEW
from apps.ui.words_teach import TEACH
from apps.ui.words_tour import TOUR
from explain.catalogue import Lang, Phrase


def word(key: str, lang: Lang, **slots: str) -> str:
    """Return a text of the app with its slots filled in."""
    phrase: str = getattr(WORDS[key], lang)
    return phrase.format(**slots)


WORDS: dict[str, Phrase] = {
    "tagline": Phrase("shows what normal would have looked like", "让您看到“正常”本来的样子"),
    "model": Phrase("Model", "模型"),
    "tab.inspect": Phrase("Inspect", "检测"),
    "tab.teach": Phrase("Teach", "训练"),
    # inspect
    "picture": Phrase("Picture to inspect", "待检图像"),
    "picture.hint": Phrase("Drop, paste or click", "拖放、粘贴或点击"),
    "prompt": Phrase("In words (optional): what to look for, what to ignore", "文字（可选）：要找什么，忽略什么"),
    "prompt.hint": Phrase("type, then press Enter", "输入后按回车"),
    "chip.look": Phrase("scratches near the rim", "靠近边缘的划痕"),
    "chip.only": Phrase("only holes and cracks", "只看孔洞和裂纹"),
    "chip.ignore": Phrase("ignore the label", "忽略标签"),
    "mask": Phrase("Where to look (optional)", "检测区域（可选）"),
    "mask.means": Phrase("What is drawn over", "涂抹处的含义"),
    "mask.look": Phrase("Look only where I draw", "只看涂抹处"),
    "mask.ignore": Phrase("Ignore where I draw", "忽略涂抹处"),
    "mask.file": Phrase("Or a mask: white = look here", "或上传掩模：白色为检测区域"),
    "mask.apply": Phrase("Apply", "应用区域"),
    "mask.clear": Phrase("Look everywhere", "检测整幅图像"),
    "mask.no_picture": Phrase("Give a picture first.", "请先提供图像。"),
    "judge": Phrase("Was this right? Record your decision", "判定正确吗？记录您的决定"),
    "judge.kept": Phrase("Recorded as inspection {number}.", "已记录为第 {number} 号检测。"),
    "judge.verdict": Phrase("Your decision", "您的决定"),
    "judge.PASS": Phrase("It is good", "合格"),
    "judge.REVIEW": Phrase("Look again", "需复检"),
    "judge.REJECT": Phrase("It is bad", "不合格"),
    "judge.by": Phrase("Your name", "您的姓名"),
    "judge.reason": Phrase("Why", "理由"),
    "judge.record": Phrase("Record", "记录"),
    "judge.nothing": Phrase("There is no inspection to decide on yet.", "尚无可供决定的检测。"),
    "judge.missing": Phrase("A decision takes a choice, your name and a reason.", "请选择结论，并填写姓名和理由。"),
    "judge.done": Phrase(
        "Recorded: decision {made} on inspection {number}. The verdict stays on the record beside it.",
        "已记录：对第 {number} 号检测的决定（第 {made} 号）。原判定仍保留在记录中。",
    ),
    "telling": Phrase("The language model {name} is putting it into words…", "语言模型 {name} 正在撰写解说……"),
    "telling.on_record": Phrase("On record are Foil's own words.", "记录中保存的是 Foil 自己的文字。"),
    "examples": Phrase("Examples to click", "点击示例"),
    "compare": Phrase("Input | normal version (generated)", "输入图像 | 正常状态图（生成）"),
    "overlay": Phrase("Where it differs", "差异位置"),
    "regions": Phrase("Numbered regions", "编号区域"),
    "guided": Phrase("Where the words fit", "与文字相符之处"),
    "evidence": Phrase("Evidence (JSON)", "证据 (JSON)"),
    "report": Phrase("Download the report", "下载报告"),
    "welcome": Phrase(
        "Drop or paste a picture, or click an example: the verdict appears here.",
        "拖放或粘贴图像，或点击示例，判定结果将显示在此处。",
    ),
    "no_model": Phrase(
        "There is no model yet. Teach one on the second tab: good pictures are all it takes.",
        "尚无模型。请在“训练”页训练一个：只需要良品图像。",
    ),
    "no_model.picked": Phrase("Choose a model at the top first.", "请先在上方选择模型。"),
    "nothing_yet": Phrase("What was found, in words, appears here.", "检测结果的文字说明将显示在此处。"),
    "broken": Phrase(
        "Foil failed in a way that nobody foresaw ({error}). The terminal says where; please report it.",
        "Foil 发生未预料的错误（{error}）。详情见终端，请反馈。",
    ),
    # teach
    "teach.how": Phrase(
        "**Teach a new model.** Give good pictures, read the check, fit. No defects are needed; 60 good parts are a"
        " fair start, 300 support a firm promise of 1 % false alarms.",
        "**训练新模型**：上传良品图像，查看数据检查，然后训练。无需缺陷样本；60 件良品即可开始，"
        "300 件可可靠地保证 1% 的误报率。",
    ),
    "files": Phrase("Good pictures, a ZIP or a folder", "良品图像、ZIP 或文件夹"),
    "check.empty": Phrase(
        "What is in the files, and what is wrong with them, appears here.", "文件内容及存在的问题将显示在此处。"
    ),
    "check.good": Phrase(
        "{count} good pictures to fit on; nothing suspicious.", "可用于训练的良品图像 {count} 幅，未发现可疑之处。"
    ),
    "check.findings": Phrase(
        "{count} good pictures to fit on. To look at: {findings}.",
        "可用于训练的良品图像 {count} 幅；需要查看 {findings} 处。",
    ),
    "name": Phrase("Name of the new model", "新模型名称"),
    "name.hint": Phrase("letters, digits, - _ .", "字母、数字、- _ ."),
    "review_rate": Phrase("False alarms up to REVIEW, %", "复检误报率上限 (%)"),
    "reject_rate": Phrase("False alarms up to REJECT, %", "判退误报率上限 (%)"),
    "replace": Phrase("Replace a model of this name", "替换同名模型"),
    "fit": Phrase("Fit", "开始训练"),
    "fit.empty": Phrase("The new model is introduced here.", "新模型的说明将显示在此处。"),
    "fit.no_files": Phrase("Give good pictures or a ZIP first.", "请先上传良品图像或 ZIP 压缩包。"),
    "fit.no_name": Phrase("Give the new model a name first.", "请先为新模型命名。"),
    "fit.done": Phrase("{name} is ready and selected.", "{name} 已训练完成并已选中。"),
    "fit.next": Phrase("Give it a picture on the Inspect page.", "请到“检测”页提供图像。"),
    "fit.took": Phrase("{n} good parts, {seconds} s.", "{n} 件良品，用时 {seconds} 秒。"),
    "fit.skipped": Phrase("{count} pictures could not be used:", "有 {count} 幅图像无法使用："),
    "rates": Phrase(
        "**Thresholds of the selected model**, changed without fitting again", "**所选模型的阈值**，修改无需重新训练"
    ),
    "apply": Phrase("Apply", "应用"),
    "applied": Phrase("{name} now promises these rates.", "{name} 已改用这些误报率。"),
    "what_if.rates": Phrase("Promised", "承诺"),
    "what_if.normals": Phrase("{n} good parts", "{n} 件良品"),
    "what_if.seen": Phrase("{n} inspected here", "本页检测的 {n} 幅"),
    "what_if.note": Phrase(
        "How many parts would fall where. The row in bold holds now. A threshold marked * lies beyond every good part"
        " seen: they are too few for that rate.",
        "各列为件数，粗体行为当前设置。带 * 的阈值超出全部良品的得分：良品太少，不足以支持该误报率。",
    ),
    # movements
    "tab.movements": Phrase("Movements", "动作"),
    "movements.model": Phrase("Model of movements", "动作模型"),
    "movements.file": Phrase("A movement: JSON, NPY, NPZ, CSV, TSV, ZIP", "动作文件：JSON、NPY、NPZ、CSV、TSV、ZIP"),
    "movements.text": Phrase(
        "Which movement it should be (if the model knows several)", "应为何种动作（模型含多种动作时）"
    ),
    "movements.text.hint": Phrase("a deep squat", "用英文，如 a deep squat"),
    "movements.scene": Phrase("Or a picture of the scene (if it knows any)", "或场景图片（模型含场景时）"),
    "movements.watch": Phrase("Only these joints count (optional)", "仅计入这些关节（可选）"),
    "movements.watch.hint": Phrase("left leg, right wrist", "左腿，右腕"),
    "movements.key": Phrase("Which movement of the file", "文件中的哪个动作"),
    "movements.reading": Phrase("How the files are to be read", "文件读取方式"),
    "movements.joints": Phrase("Joint set (empty: as the model, or as the file says)", "关节集（留空：按模型或文件）"),
    "movements.rate": Phrase("Frames a second (empty: as the file says)", "每秒帧数（留空：按文件）"),
    "movements.mapping": Phrase("Mapping file, for any other joint set", "映射文件（用于其他关节集）"),
    "movements.plays": Phrase("The movement plays here.", "此处播放动作。"),
    "movements.welcome": Phrase(
        "Give a movement's file: it plays here beside its normal version, with the verdict.",
        "上传动作文件：此处将并排播放实际动作与正常动作，并给出判定。",
    ),
    "movements.no_model": Phrase(
        "There is no model of movements yet. Teach one on the left: five normal movements are enough to begin.",
        "尚无动作模型。请在左侧训练一个：五个正常动作即可开始。",
    ),
    "movements.teach": Phrase("Teach a new model of movements", "训练新的动作模型"),
    "movements.how": Phrase(
        "Give normal movements, at least five, and say who moved: people differ from each other more than from"
        " themselves, and thresholds for new people must know.",
        "请上传至少五个正常动作，并说明由谁完成：人与人之间的差异大于同一人的差异，针对新人的阈值需要考虑这一点。",
    ),
    "movements.files": Phrase("Normal movements, or one ZIP of them", "正常动作，或其 ZIP 压缩包"),
    "movements.who": Phrase("Who moved: a pattern found in each name (optional)", "由谁完成：名称中的匹配模式（可选）"),
    "movements.who.hint": Phrase(r"person(\d+) or s\d\d", r"person(\d+) 或 s\d\d"),
    "movements.only": Phrase(
        "Only movements whose name holds this pattern (optional)", "仅用名称符合此模式的动作（可选）"
    ),
    "movements.only.hint": Phrase("m01.*cor", "m01.*cor"),
    "movements.window": Phrase(
        "Seconds looked at at a time (0: movements begin and end alike)", "每次观察的秒数（0：动作首尾一致，整体观察）"
    ),
    "movements.no_files": Phrase("Give normal movements or a ZIP first.", "请先上传正常动作或 ZIP 压缩包。"),
    "movements.took": Phrase(
        "{n} normal movements of {joints}, {seconds} s.", "{n} 个正常动作（{joints}），用时 {seconds} 秒。"
    ),
    "movements.people": Phrase(
        "Nobody said who moved: thresholds may be too low for people who weren't among these.",
        "未说明由谁完成：对于不在其中的人，阈值可能偏低。",
    ),
    "movements.skipped": Phrase("{count} movements could not be used:", "有 {count} 个动作无法使用："),
}
WORDS |= ASK | INSPECT | REVIEW | GALLERY | JOBS | LOGIN | TEACH | TOUR
