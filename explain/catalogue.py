"""Every sentence that Foil says by itself, in English and Chinese side by side: a key can't exist in one alone."""

from explain.answers import ANSWERS
from explain.phrase import Lang, Phrase

__all__ = ["CATALOGUE", "Lang", "Phrase", "say"]


def say(key: str, lang: Lang, **slots: str) -> str:
    """Return the phrase of a key with its slots filled in."""
    phrase: str = getattr(CATALOGUE[key], lang)
    return phrase.format(**slots)


CATALOGUE: dict[str, Phrase] = {
    # the verdict, and what it rests on
    "reject.all": Phrase(
        "REJECT: this part differs from normal more than any of the {n} good parts"
        " (score {score}, reject threshold {reject}; p = {p}).",
        "不合格：该件与正常状态的差异超过全部 {n} 件良品（得分 {score}，判退阈值 {reject}；p = {p}）。",
    ),
    "reject": Phrase(
        "REJECT: this part differs from normal more than the reject threshold allows"
        " (score {score}, threshold {reject}; p = {p}).",
        "不合格：该件与正常状态的差异达到判退水平（得分 {score}，判退阈值 {reject}；p = {p}）。",
    ),
    "review": Phrase(
        "REVIEW: the score of {score} lies between the review threshold of {review} and the reject threshold of"
        " {reject}: too unusual to pass, not unusual enough to reject (p = {p}).",
        "待复检：得分 {score} 介于复检阈值 {review} 与判退阈值 {reject} 之间，不宜直接放行，也不足以判退（p = {p}）。",
    ),
    "pass": Phrase(
        "PASS: nothing stands out (score {score}, review threshold {review}; p = {p}).",
        "合格：未见异常（得分 {score}，复检阈值 {review}；p = {p}）。",
    ),
    "pass.marked": Phrase(
        "PASS: as a whole this part stays within what good parts show (score {score}, review threshold {review};"
        " p = {p}), although the map marks the following.",
        "合格：该件整体仍在良品的正常范围内（得分 {score}，复检阈值 {review}；p = {p}），但差异图上仍有以下标记。",
    ),
    "refused": Phrase(
        "REFUSED: {name} was not judged, because it does not look like the good parts that this model knows.",
        "拒绝评估：{name}与本模型所学的良品不属于同一类图像，未打分，也未判定。",
    ),
    "refused.reason": Phrase("Reason: {refusal}.", "原因（系统原文）：{refusal}。"),
    "refused.action": Phrase(
        "Check that it shows the right product, in focus, lit and framed as the good parts were, and take it again;"
        " if it shows a new variant that is allowed, fit the model again with good parts of that variant.",
        "请确认产品型号是否正确，对焦、光照和取景是否与良品拍摄时一致，然后重新拍摄；如属允许的新型号，请加入该型号的良品重新训练模型。",
    ),
    # for the one at the line, and for the one who asks what it rests on
    "operator.reject": Phrase("REJECT: set this part aside.", "不合格：请将该件隔离。"),
    "operator.review": Phrase(
        "REVIEW: a person should look at this part before it goes on.", "待复检：请先人工查看该件，再决定去向。"
    ),
    "operator.pass": Phrase("PASS: this part may go on.", "合格：该件可以放行。"),
    "sight": Phrase("Region {number}: {noun} {where}{likeness}.", "区域 {number}：{where}有{noun}{likeness}。"),
    "sight.name": Phrase("; it looks like {name}", "；外观类似{name}"),
    "auditor.basis": Phrase(
        "Judged by the model {model}: at most {review_rate} of good parts are promised to reach the review threshold of"
        " {review}, and at most {reject_rate} the reject threshold of {reject}, as far as {n} good parts support that.",
        "判定模型：{model}。承诺良品中至多 {review_rate} 达到复检阈值 {review}，"
        "至多 {reject_rate} 达到判退阈值 {reject}，以 {n} 件良品所能支持的程度为限。",
    ),
    "auditor.limits": Phrase(
        "Measured were place, size, strength, shape, brightness, colour and surface; names of defects say what it looks"
        " like, by synthetic defects, and where it comes from was not measured.",
        "测量内容为位置、大小、强度、形状、亮度、颜色和表面状态；缺陷的名称仅表示外观与合成缺陷相似，来源未作测量。",
    ),
    "name": Phrase("“{name}”", "“{name}”"),
    "name.none": Phrase("this picture", "该图像"),
    # where a mask decides what counts
    "masked": Phrase(
        "Only the masked place counted: {share} of the picture.", "只有掩膜标出的部分计入判定：占图像的 {share}。"
    ),
    # where nothing is marked
    "peak": Phrase(
        "The strongest place, {place}, reaches {value} sigma, {of_threshold} of the level from which a place is marked"
        " ({threshold} sigma).",
        "差异最大处在{place}，为 {value}σ，相当于标记阈值（{threshold}σ）的 {of_threshold}。",
    ),
    "whole": Phrase(
        "No single place stands out: the picture differs from its normal version as a whole.",
        "没有单独的异常位置：图像整体与正常状态存在差异。",
    ),
    # what to do, and how much there is
    "look": Phrase(
        "A person should look at region 1 first, and decide whether it is a defect or a variation that is allowed.",
        "请人工先查看区域 1，判断是缺陷还是允许的正常波动。",
    ),
    "look.whole": Phrase(
        "A person should compare the whole picture with its normal version.",
        "请人工将整幅图像与正常状态图对照检查。",
    ),
    "found": Phrase(
        "In all, {found} places are marked; the strongest are described here.",
        "共标记 {found} 处，以上只描述差异最大的几处。",
    ),
    "found.one": Phrase(
        "In all, {found} places are marked; the strongest is described here.",
        "共标记 {found} 处，以上只描述差异最大的一处。",
    ),
    "spread": Phrase(
        "What normal would look like in the marked pixels is sure to {spread} grey levels: so far do samples of the"
        " normal version disagree there on average.",
        "在标记像素内，多次生成的正常状态图平均相差 {spread} 个灰度级，这是正常状态在该处的不确定程度。",
    ),
    # what it is most like
    "near.normal": Phrase(
        "Most like it of the {n} remembered good parts: {name}, {apart} grey levels apart (usual among them: {usual}).",
        "在记住的 {n} 件良品中，与之最相似的是{name}，相距 {apart} 个灰度级（它们之间通常为 {usual}）。",
    ),
    "near.normal.nameless": Phrase(
        "Of the {n} remembered good parts, whose names were not kept, the one most like it is {apart} grey levels apart"
        " (usual among them: {usual}).",
        "在记住的 {n} 件良品中（未保留文件名），最相似的一件相距 {apart} 个灰度级（它们之间通常为 {usual}）。",
    ),
    "near.case.difference": Phrase(
        "Most like it of the {n} marked samples on record, by what differs: inspection {record}, {name} ({verdict};"
        " {decided}; likeness {likeness}).",
        "在记录中的 {n} 个有标记的样品里，差异最相似的是检验 {record}，{name}"
        "（{verdict}；{decided}；相似度 {likeness}）。",
    ),
    "near.case.picture": Phrase(
        "Most like it of the {n} samples on record, as a whole: inspection {record}, {name} ({verdict}; {decided};"
        " likeness {likeness}).",
        "在记录中的 {n} 个样品里，整体最相似的是检验 {record}，{name}（{verdict}；{decided}；相似度 {likeness}）。",
    ),
    "near.decided": Phrase("a person decided {verdict}", "人工判定为{verdict}"),
    "near.undecided": Phrase("nobody decided", "无人判定"),
    # what a person's words did
    "prompt.read": Phrase("Your words {text} were read as: {wishes}.", "文字{text}理解为：{wishes}。"),
    "prompt.read.nothing": Phrase(
        "Your words {text} name nothing to look for and nothing to leave out.", "文字{text}中没有可查找或可忽略的内容。"
    ),
    "wish.focus": Phrase("look for {words}", "查找{words}"),
    "wish.ignore": Phrase("leave out {words}", "忽略{words}"),
    "wish.ignore.at": Phrase("leave out {words} {place}", "忽略{place}的{words}"),
    "wish.ignore.all": Phrase("leave out everything {place}", "忽略{place}的一切"),
    "wish.place": Phrase("look only {place}", "仅看{place}"),
    "prompt.found": Phrase(
        "{focus} fits best {place}, by {value} sigma better than normal does, and explains {found} of the difference"
        " from normal. This says where to look; the verdict does not rest on it.",
        "{focus}最符合之处在{place}，比正常状态更贴合 {value}σ，可解释全部差异的 {found}。"
        "这只提示查看位置，不影响判定。",
    ),
    "prompt.not_found": Phrase(
        "Nothing was found that fits {focus}: it explains {found} of the difference from normal. The verdict does not"
        " rest on this.",
        "未找到符合{focus}之处：它只能解释全部差异的 {found}。这不影响判定。",
    ),
    "prompt.no_effect": Phrase(
        "The words changed nothing here: {effect} of the map, too little to count.",
        "这些文字在此未起作用：只改变了差异图的 {effect}，可忽略不计。",
    ),
    "prompt.no_effect.else": Phrase(
        "Beyond that, the words changed nothing here: {effect} of the map, too little to count.",
        "除此之外，这些文字在此未起作用：只改变了差异图的 {effect}，可忽略不计。",
    ),
    "prompt.place": Phrase(
        "Only what lies {place} counts: score and verdict say nothing about the rest.",
        "只有{place}计入得分：得分和判定不涉及其余位置。",
    ),
    "prompt.place.out": Phrase(
        "Everything {place} is left aside: score and verdict say nothing about it.",
        "{place}的一切均忽略：得分和判定不涉及该处。",
    ),
    "prompt.fits": Phrase(
        "Of what is marked, region {number} fits {focus} best ({sure} sure by its looks alone).",
        "在标记的区域中，区域 {number} 最符合{focus}（仅凭外观的把握 {sure}）。",
    ),
    "prompt.left_out": Phrase(
        "Left out as {ignore}, by its looks: what was marked {places}. Score and verdict say nothing about it.",
        "按外观视为{ignore}而忽略：{places}的标记。得分和判定不涉及这些位置。",
    ),
    "prompt.unsure": Phrase(
        "Still counted: what is marked {places}, which may be what {ignore} means, but that is too unsure to leave it"
        " out; name its place as well.",
        "{places}的标记仍计入得分：{ignore}可能指该处，但把握太小；若要忽略，请同时指明位置。",
    ),
    "prompt.ignored": Phrase(
        "Leaving out {ignore} took {ignored} of the difference out of the score: score and verdict say nothing about"
        " those places.",
        "因忽略{ignore}，全部差异的 {ignored} 不计入得分：得分和判定不涉及这些位置。",
    ),
    "prompt.ignored.nothing": Phrase(
        "Leaving out {ignore} took nothing out of the score.", "忽略{ignore}对得分没有影响。"
    ),
    "prompt.description": Phrase(
        "Your words {text} were taken to say what the normal part is, and all of this result is conditioned on them.",
        "文字{text}被视为对正常零件的描述，全部结果均以此为条件。",
    ),
    "prompt.changed": Phrase("They changed {effect} of the map.", "它改变了差异图的 {effect}。"),
    "prompt.unknown": Phrase("Not understood, and left aside: {words}.", "未能理解，未予采用：{words}。"),
    "prompt.captions": Phrase(
        "Words act here through what the model learned from captions of synthetic defects.",
        "文字的作用来自模型对合成缺陷说明文字的学习。",
    ),
    "prompt.zero-shot": Phrase(
        "Words act here through a general vision-language model, which was never trained on this part (zero-shot).",
        "文字的作用来自通用的视觉语言模型，未针对该零件训练（零样本）。",
    ),
    "prompt.looks": Phrase(
        "This model itself hears no words: only places act, and kinds of defect by what marked regions look like.",
        "该模型本身不理解文字：只有位置起作用，缺陷种类则按标记区域的外观判断。",
    ),
    "prompt.descriptions": Phrase(
        "Words act here through what was said of the good parts that the model was fitted on.",
        "文字的作用来自建模时所用良品的说明文字。",
    ),
    # a row of a table: a column a sentence
    "row.off": Phrase(
        "{column} is {value}, where {expected} is expected of a normal row; the score falls by {effect} with that.",
        "{column} 为 {value}，正常行在此应为 {expected}；若如此，得分下降 {effect}。",
    ),
    "row.missing": Phrase("{n} missing, counted as usual: {columns}.", "{n} 个缺失值按正常均值计：{columns}。"),
    "row.and": Phrase(", ", "、"),
    # a movement: verdict, and one joint a sentence
    "movement.refused": Phrase("REFUSED: {refusal}.", "无法判定：{refusal}。"),
    "movement.pass": Phrase(
        "PASS: this movement is as normal ones are (score {score}, review threshold {review}; p = {p}).",
        "合格：该动作与正常动作一致（得分 {score}，复检阈值 {review}；p = {p}）。",
    ),
    "movement.review": Phrase(
        "REVIEW: the score of {score} lies between the review threshold of {review} and the reject threshold of"
        " {reject} (p = {p}); look at the following.",
        "待复检：得分 {score} 介于复检阈值 {review} 与判退阈值 {reject} 之间（p = {p}）；请查看以下各处。",
    ),
    "movement.reject": Phrase(
        "REJECT: this movement differs from normal ones more than the reject threshold allows"
        " (score {score}, threshold {reject}; p = {p}).",
        "不合格：该动作与正常动作的差异达到判退水平（得分 {score}，判退阈值 {reject}；p = {p}）。",
    ),
    "movement.by words": Phrase(
        "It was judged as: {movement}, which your words mean.",
        "按您所说的动作判定：{movement}。",
    ),
    "movement.by scene": Phrase(
        "It was judged as: {movement}, whose scene your picture shows.",
        "按您的图片所示场景对应的动作判定：{movement}。",
    ),
    "movement.by words and scene": Phrase(
        "It was judged as: {movement}, which your words mean and whose scene your picture shows.",
        "按您所说、且与图片场景相符的动作判定：{movement}。",
    ),
    "movement.by looks": Phrase(
        "It was judged as: {movement}, which it looks most like; nobody said what it should be.",
        "按最相似的动作判定：{movement}；未说明应为何种动作。",
    ),
    "movement.watched": Phrase("Only these joints counted: {joints}.", "仅以下关节计入判定：{joints}。"),
    "movement.finding": Phrase(
        "From {start} s to {end} s the {joint} moves unlike normal (peak {peak} sigma)",
        "{start} 秒至 {end} 秒，{joint}的动作异常（峰值 {peak} 个标准差）",
    ),
    "movement.bend": Phrase(
        "the angle at the {bend} is {angle}° where normal is {low} to {high}°",
        "{bend}角度为 {angle}°，正常为 {low} 至 {high}°",
    ),
    "movement.up": Phrase("it is up to {off} {unit} too high", "位置最多偏高 {off} {unit}"),
    "movement.down": Phrase("it is up to {off} {unit} too low", "位置最多偏低 {off} {unit}"),
    "movement.aside": Phrase("it is up to {off} {unit} off to one side", "位置最多偏离 {off} {unit}"),
    "movement.end": Phrase(".", "。"),
    # one region a sentence
    "region": Phrase("Region {number}: {head}; {facts}.", "区域 {number}：{head}；{facts}。"),
    "line": Phrase(
        "{noun} {direction} {where}: {length} long, {breadth} wide, {share}",
        "{where}有{noun}，{direction}，长 {length}，宽 {breadth}，{share}",
    ),
    "blob": Phrase("{noun} {where}: {size}, {share}", "{where}有{noun}，大小 {size}，{share}"),
    "specks": Phrase(
        "{fragments} {look}specks scattered {where}: over {size}, together {share}",
        "{where}散布 {fragments} 个{look}小点，分布范围 {size}，合计{share}",
    ),
    "missing.background": Phrase(
        "a piece is missing {where}: the background shows where the part should be, over {size}, {share}",
        "{where}缺了一块：本应是零件的地方露出背景，范围 {size}，{share}",
    ),
    "added.background": Phrase(
        "there is something {where}, where only background should be: {size}, {share}",
        "{where}有多余物：此处本应只有背景，大小 {size}，{share}",
    ),
    "missing.detail": Phrase(
        "detail is missing {where}: the normal version shows structure where this part is plain, over {size}, {share}",
        "{where}缺少细节：正常状态下此处有图案或结构，该件此处却没有，范围 {size}，{share}",
    ),
    "noun.line": Phrase("a thin {look}line", "一条{look}细线"),
    "noun.band": Phrase("a {look}band", "一条{look}条带"),
    "noun.spot": Phrase("a small {look}spot", "一处{look}小点"),
    "noun.patch": Phrase("a compact {look}patch", "一处{look}斑块"),
    "noun.irregular": Phrase("an irregular {look}patch", "一处形状不规则的{look}区域"),
    "noun.area": Phrase("a large {look}area", "一大片{look}差异区域"),
    "noun.specks": Phrase("{look}specks", "{look}小点"),
    "noun.missing.background": Phrase("a missing piece", "缺失的一块"),
    "noun.missing.detail": Phrase("missing detail", "缺失的细节"),
    "noun.added.background": Phrase("something where only background should be", "多余物"),
    "look.darker": Phrase("dark ", "暗色"),
    "look.lighter": Phrase("bright ", "亮色"),
    "look.redder": Phrase("reddish ", "偏红"),
    "look.greener": Phrase("greenish ", "偏绿"),
    "look.yellower": Phrase("yellowish ", "偏黄"),
    "look.bluer": Phrase("bluish ", "偏蓝"),
    "look.paler": Phrase("faded ", "褪色"),
    "look.stronger": Phrase("strongly coloured ", "浓色"),
    "direction.horizontal": Phrase("runs almost horizontally ({angle})", "接近水平（{angle}）"),
    "direction.vertical": Phrase("runs almost vertically ({angle})", "接近竖直（{angle}）"),
    "direction.rising": Phrase("rises to the right at {angle}", "向右上方倾斜 {angle}"),
    "direction.falling": Phrase("falls to the right at {angle}", "向右下方倾斜 {angle}"),
    # where
    "where": Phrase("{place}{border}", "{place}{border}"),
    "where.ends": Phrase("from {first} to {last}{border}", "自{first}至{last}{border}"),
    "at.upper_left": Phrase("in the upper left", "左上方"),
    "at.upper": Phrase("at the top", "上方"),
    "at.upper_right": Phrase("in the upper right", "右上方"),
    "at.left": Phrase("on the left", "左侧"),
    "at.centre": Phrase("in the centre", "中央"),
    "at.right": Phrase("on the right", "右侧"),
    "at.lower_left": Phrase("in the lower left", "左下方"),
    "at.lower": Phrase("at the bottom", "下方"),
    "at.lower_right": Phrase("in the lower right", "右下方"),
    "at.edge": Phrase("at the edge", "边缘"),
    "end.upper_left": Phrase("the upper left", "左上方"),
    "end.upper": Phrase("the top", "上方"),
    "end.upper_right": Phrase("the upper right", "右上方"),
    "end.left": Phrase("the left", "左侧"),
    "end.centre": Phrase("the centre", "中央"),
    "end.right": Phrase("the right", "右侧"),
    "end.lower_left": Phrase("the lower left", "左下方"),
    "end.lower": Phrase("the bottom", "下方"),
    "end.lower_right": Phrase("the lower right", "右下方"),
    "part.inside": Phrase(", inside the part", "（零件内部）"),
    "part.reaches_edge": Phrase(", reaching the part's edge", "（延伸至零件边缘）"),
    "part.edge": Phrase(", at the part's edge", "（零件边缘）"),
    "part.outside": Phrase(", beside the part", "（零件之外）"),
    "picture.reaches_edge": Phrase(", reaching the picture's border", "（延伸至图像边缘）"),
    "picture.edge": Phrase(", at the picture's border", "（图像边缘）"),
    # how big
    "share.part": Phrase("{percent} of the part", "占零件面积 {percent}"),
    "share.picture": Phrase("{percent} of the picture", "占图像面积 {percent}"),
    "percent": Phrase("{number} %", "{number}%"),
    "length": Phrase("{px} px", "{px} px"),
    "length.mm": Phrase("{px} px ({mm} mm)", "{px} px（{mm} mm）"),
    "size": Phrase("{width} × {height} px", "{width} × {height} px"),
    "size.mm": Phrase("{width} × {height} px ({w} × {h} mm)", "{width} × {height} px（{w} × {h} mm）"),
    "angle": Phrase("{degrees} degrees", "{degrees}°"),
    # how strong, and which way
    "fact.peak": Phrase("peak {peak} sigma", "峰值 {peak}σ"),
    "fact.peak.times": Phrase(
        "peak {peak} sigma ({times} times the marking threshold)", "峰值 {peak}σ（标记阈值的 {times} 倍）"
    ),
    "fact.tone": Phrase("{amount} L* {tone} than normal", "较正常{tone} {amount} L*"),
    "fact.tone.slight": Phrase("slightly {tone} than normal ({amount} L*)", "较正常略{tone}（{amount} L*）"),
    "fact.tone.colour": Phrase(
        "{tone} and {colour} than normal ({amount} L*, ΔE {difference})",
        "较正常偏{tone}、{colour}（{amount} L*，ΔE {difference}）",
    ),
    "fact.colour": Phrase("{colour} than normal (ΔE {difference})", "颜色较正常{colour}（ΔE {difference}）"),
    "fact.same": Phrase("brightness and colour hardly changed", "亮度和颜色基本不变"),
    "fact.rougher": Phrase("texture {times} times as rough as normal", "纹理粗糙度为正常的 {times} 倍"),
    "fact.smoother": Phrase(
        "texture smoother than normal ({times} times its roughness)", "纹理比正常光滑（粗糙度为正常的 {times} 倍）"
    ),
    "fact.added": Phrase("nothing like it in the normal version", "正常状态下此处没有这样的结构"),
    "fact.alone": Phrase("nothing like it at its mirror place on the part", "零件上与其对称的位置没有这样的结构"),
    "fact.alone.added": Phrase("nor at its mirror place on the part", "零件上与其对称的位置也没有"),
    "fact.mirrored": Phrase("its mirror place on the part is region {number}", "零件上与其对称的位置是区域 {number}"),
    "fact.names": Phrase("looks like {names}", "外观类似{names}"),
    "fact.name": Phrase("{name} ({sure} sure)", "{name}（把握 {sure}）"),
    "fact.taken": Phrase(
        "to the model of pictures and words it looks like {name} ({sure} sure by its own account)",
        "在图文模型看来外观类似{name}（自评把握 {sure}）",
    ),
    "fact.unknown": Phrase("looks like no kind that is known", "外观无法归类"),
    "or": Phrase(" or ", "或"),
    # kinds of defect
    "kind.scratch": Phrase("a scratch", "划痕"),
    "kind.crack": Phrase("a crack", "裂纹"),
    "kind.hole": Phrase("a hole", "孔洞"),
    "kind.stain": Phrase("a stain", "污渍"),
    "kind.chip": Phrase("a chip", "崩缺"),
    "kind.missing part": Phrase("a missing part", "缺件"),
    "kind.misplaced part": Phrase("a misplaced part", "错位"),
    "kind.wrong texture": Phrase("a wrong texture", "纹理异常"),
    "kind.contamination": Phrase("contamination", "异物污染"),
    "kind.unknown kind": Phrase("no kind that is known", "无法归类"),
    "tone.darker": Phrase("darker", "暗"),
    "tone.lighter": Phrase("lighter", "亮"),
    "colour.redder": Phrase("redder", "偏红"),
    "colour.greener": Phrase("greener", "偏绿"),
    "colour.yellower": Phrase("yellower", "偏黄"),
    "colour.bluer": Phrase("bluer", "偏蓝"),
    "colour.paler": Phrase("paler in colour", "偏淡"),
    "colour.stronger": Phrase("stronger in colour", "偏浓"),
    "colour.both": Phrase("{first} and {second}", "{first}、{second}"),
    # what it is worth, and what was left out
    "support": Phrase(
        "With {n} good parts, a false-alarm rate of {rate} is promised with {confidence} confidence only, and the true"
        " rate may well lie between {low} and {high}; a firm promise takes {needed} good parts.",
        "仅有 {n} 件良品时，{rate} 的误报率只有 {confidence} 的置信度，实际误报率可能在 {low} 至 {high} 之间；"
        "要可靠地保证这一误报率，需要 {needed} 件良品。",
    ),
    "support.none": Phrase(
        "{n} good parts are too few for a false-alarm rate of {rate}: the threshold lies beyond all of them and is"
        " extrapolated. A firm promise takes {needed} good parts.",
        "{n} 件良品不足以支持 {rate} 的误报率：阈值超出了全部良品的得分范围，由外推得到。"
        "要可靠地保证这一误报率，需要 {needed} 件良品。",
    ),
    "not_used": Phrase("Given, but not used by this model: {names}.", "已提供，但本模型未使用：{names}。"),
    "modality.text": Phrase("the text", "文字说明"),
    "modality.mask": Phrase("the mask", "掩膜"),
    "modality.skeleton": Phrase("the skeleton", "骨架"),
    "quality.small": Phrase(
        "The picture is small ({width} × {height} px): fine defects may not show.",
        "图像尺寸偏小（{width} × {height} px），细小缺陷可能无法显现。",
    ),
    "quality.dark": Phrase("The picture is very dark: defects may not show.", "图像过暗，缺陷可能无法显现。"),
    "quality.overexposed": Phrase(
        "Much of the picture is overexposed: defects in the white areas cannot show.",
        "图像大面积过曝，过曝处的缺陷无法显现。",
    ),
    "quality.flat": Phrase(
        "The picture has hardly any contrast: check lens, focus and light.",
        "图像几乎没有对比度，请检查镜头、对焦和光照。",
    ),
    # punctuation, and the check of a narrator
    "list": Phrase(", ", "、"),
    "clause": Phrase(", ", "，"),
    "verdict.PASS": Phrase("PASS", "合格"),
    "verdict.REVIEW": Phrase("REVIEW", "待复检"),
    "verdict.REJECT": Phrase("REJECT", "不合格"),
    "verdict.REFUSED": Phrase("REFUSED", "拒绝评估"),
    # who told it
    "narrator.checked": Phrase(
        "Told by the language model {name}; checked: {claims} claims, {wrong} removed.",
        "由语言模型{name}撰写；已核对：共 {claims} 项陈述，撤下 {wrong} 项。",
    ),
    "narrator.withheld": Phrase(
        "The language model {name} said nothing that the evidence holds ({claims} claims, {wrong} removed): these are"
        " the template's words.",
        "语言模型{name}的解说没有一句能从证据中得到印证（共 {claims} 项陈述，撤下 {wrong} 项），以上为模板文字。",
    ),
    "narrator.failed": Phrase(
        "The language model {name} gave no usable answer, so these are the template's words: {why}.",
        "语言模型{name}未给出可用的回答，以上为模板文字。原因（系统原文）：{why}。",
    ),
    **ANSWERS,
}
