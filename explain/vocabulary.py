"""What a text may say of a finding without a number, in English and Chinese: the words, and what they claim.

The first pattern that fits a stretch of text reads it, so longer phrases come first. What is in `NOTHING` reads a
stretch that claims nothing: "good parts" passes nobody, and "reject threshold" rejects nobody.
"""

import re
from typing import Literal, NamedTuple

from explain import unmeasured

Subject = Literal[
    "verdict", "place", "border", "tone", "colour", "texture", "change", "form", "direction", "found", "beyond",
    "quality", "name", "never",
]  # fmt: skip


class Word(NamedTuple):
    subject: Subject
    value: str  # what is claimed of it
    pattern: str


NOTHING: tuple[str, ...] = (  # stretches that look like claims and are none
    r"(?:review|reject(?:ion)?|marking)[ -](?:threshold|limit|level|rate)s?|复检阈值|判退阈值|判退水平|标记阈值",
    r"good (?:part|sample|picture|one)s?|normal (?:version|part|sample|picture|one|appearance|state)s?",
    "良品|正常状态图?|正常版本",
    r"(?:than|from|with|to|as|and|what|of|against)(?: the)? normal\b|normal (?:is|does|would|looks)\b",
    "正常(?:波动|范围(?!内))|[较比与]正常",
    r"right (?:product|part|away|now|one|call)|(?:left|leav\w+|take|took) (?:out|aside)\b|(?:is|are|was|were) left\b",
    r"whether it is a defect or|defects? (?:in|may|can|could)\b|fine defects?|which defect",
    "缺陷的名称|细小缺陷|处的缺陷|是缺陷还是",
    r"false[- ]alarms?|误报率|not used|未使用|may not show|cannot show|无法显现|不计入|could be seen",
    "不确定|不同|不规则|两个阈值|前先|再决定",
    r"\b(?:two|both)(?: of the)? (?:threshold|limit)s|(?<=\d )for (?:a )?(?:review|rejection)\b",
    r"\b(?:out of|off|from|down|at|on) the (?:production |assembly )?line\b|\bon top of\b",
    r"\b(?:upper|lower) (?:threshold|limit|bound)s?|\blower than\b|\blower (?:score|value)",
    r"\bbefore (?:it|this part|the part) (?:is|goes|can|may)[^.,;]*|(?:say|says) nothing about|不涉及|不影响",
    r"\bcannot (?:yet )?(?:be )?promise\w*|without (?:a |any )?(?:doubt|training)|not only|no more|no less|不仅",
)

_PART = "side|edge|part of|part|half|third|corner|border|area|region|quadrant|section"
SIDE = rf"(?:[ -](?:hand|most))?(?:[ -](?:{_PART}))?"
_ENDS = {"upper": "upper(?:most)?|top(?:most)?", "lower": "lower(?:most)?|bottom(?:most)?"}
_HAN = {"upper_left": "左上|上左", "upper_right": "右上|上右", "lower_left": "左下|下左", "lower_right": "右下|下右"}
_HAN_SIDES = {"upper": "上[方部侧端]|顶[部端]|靠上", "lower": "下[方部侧端]|底[部端]|靠下"}
_HAN_SIDES |= {"left": "左[侧边方部端]|靠左", "right": "右[侧边方部端]|靠右", "centre": "中央|中间|中心|正中|中部"}


def _places() -> list[Word]:
    found = [
        Word("place", f"{end}_{side}", rf"\b(?:{words})[ -](?:and |/)?{side}\b{SIDE}|\b{side}[ -](?:{words})\b{SIDE}")
        for end, words in _ENDS.items()
        for side in ("left", "right")
    ]
    found += [Word("place", place, f"(?:{words})[方侧角部边]?") for place, words in _HAN.items()]
    middle = r"(?:cent(?:re|er)|middle)"
    found += [
        Word("place", end, rf"\b(?:{words})[ -]{middle}\b|\b(?:{words})(?!-level)\b{SIDE}")
        for end, words in _ENDS.items()
    ]
    found += [
        Word("place", side, rf"\b{middle}[ -]{side}\b|\b{side}(?:most)?\b(?!-?over){SIDE}")
        for side in ("left", "right")
    ]
    found.append(Word("place", "centre", rf"\b{middle}\b|\bcentral(?:ly)?\b"))
    return found + [Word("place", place, words) for place, words in _HAN_SIDES.items()]


def _word(subject: Subject, value: str, english: str, chinese: str = "") -> list[Word]:
    """Return the words of a claim: English patterns of whole words, and Chinese ones."""
    whole = [Word(subject, value, rf"\b(?:{unmeasured.joined(english)})\b")] if english else []
    return whole + ([Word(subject, value, chinese)] if chinese else [])


_LIKE = r"(?:looks?|looking|seems?|appears?)(?: most| much| rather| a bit)? like|resembl\w+|similar to|\bor"
_KINDS = {  # what people call them, in the singular; a name is a likeness: "is a crack" says more than was measured
    "scratch": ("scratch", "划痕"),
    "crack": ("crack", "裂纹"),
    "hole": ("hole", "孔洞"),
    "stain": ("stain", "污渍"),
    "chip": ("chip", "崩缺"),
    "missing part": ("missing part", "缺件"),
    "misplaced part": ("misplaced part", "错位"),
    "wrong texture": ("wrong texture", "纹理异常"),
    "contamination": ("contamination", "异物污染"),
    "unknown kind": ("no (?:known kind|kind that is known)|(?:an )?unknown kind", "无法归类"),
}


def _names() -> list[Word]:
    return [
        word
        for kind, (english, chinese) in _KINDS.items()
        for word in (
            Word("name", kind, rf"(?:{_LIKE}) (?:an? )?(?:{english})\b"),
            Word("name", kind, f"(?:外观)?(?:类似于?|像|或){chinese}|外观{chinese}"),
        )
    ]


_THING = r"(?:defect|anomal(?:y|ies)|fault|deviation|difference|irregularit(?:y|ies)|issue|problem)"
_REST = r"(?:rest|remainder|everything else|elsewhere|remaining \w+|other (?:areas|places))"
_SPOT = r"(?:region|place|area|spot|location)"
WORDS: tuple[Word, ...] = (
    *_names(),
    # directions come before places: a line that rises to the right need not lie there
    *_word(
        "direction",
        "rising",
        r"(?:rises?|rising|climb\w*|slop\w+ up\w*) (?:up )?to(?:wards)? the right",
        "向右上方?倾斜",
    ),
    *_word("direction", "falling", r"(?:falls?|falling|drop\w*|slop\w+ down\w*) (?:down )?to(?:wards)? the right"),
    *_word("direction", "falling", "", "向右下方?倾斜"),
    *_word("direction", "horizontal", "horizontal(?:ly)?", "水平"),
    *_word("direction", "vertical", "vertical(?:ly)?|upright", "竖直|垂直"),
    *_places(),
    *_word("border", "inside", "inside the part|within the (?:part|interior)|in the interior", "零件内部"),
    *_word("border", "outside", "(?:beside|outside(?: of)?|next to) the part", "零件之外"),
    *_word("border", "edge", "(?:edge|border|rim|margin)s?", "边缘|边沿"),
    *_word("quality", "dark", r"(?:picture|image|photo\w*)(?: itself)? is (?:very |too |rather )?dark", "图像过暗"),
    *_word("quality", "overexposed", "over-?exposed", "过曝"),
    *_word("quality", "flat", "(?:hardly any|almost no) contrast", "几乎没有对比度"),
    *_word("quality", "small", "(?:picture|image) is (?:very |too |rather )?small", "图像尺寸偏小"),
    *_word(
        "found",
        "nothing",
        "(?:does|do|did)(?:n't| not) differ|no different from|identical to",
        "[并毫]?无差异|没有差异",
    ),
    *_word("found", "nothing", rf"nothing (?:stands out|unusual|abnormal|(?:is|was) wrong)|no (?:\w+ )?{_THING}s?"),
    *_word("found", "nothing", "everything (?:is|looks) (?:fine|normal|good|in order)|unremarkable"),
    *_word("found", "nothing", "", "未见异常|没有异常(?!位置|区域)|未发现(?:异常|缺陷)|没有缺陷|一切正常|没有问题"),
    *_word(
        "found",
        "no place",
        rf"(?:no|not (?:one|a)|(?:does|do)(?:n't| not) mark(?: any)?) (?:single |one |marked )*{_SPOT}s?",
    ),
    *_word("found", "no place", "", "没有标记(?:任何(?:区域|位置))?|没有任何(?:区域|位置)"),
    *_word("found", "some", rf"(?<!which )(?:one|an?) {_SPOT} (?:is|was) (?:marked|highlighted|found)"),
    *_word("found", "no place", "", "没有(?:单独的)?异常(?:位置|区域)"),
    *_word(
        "found", "one", rf"(?:only one|a single|one single|the only|just one) (?:\w+ )?{_SPOT}", "仅有一处|只有一处"
    ),
    *_word(
        "found", "several", rf"(?:several|multiple|many|numerous|various|two or more) (?:\w+ )?(?:{_SPOT}|{_THING})s?"
    ),
    *_word("found", "several", rf"(?:another|second|further|additional|other) (?:\w+ )?(?:{_SPOT}|{_THING}|one)"),
    *_word(
        "found", "few", "(?:too|so|very) few|(?:good parts|normals) are (?:too )?few", "良品(?:太少|不足)|不足以支持"
    ),
    *_word("found", "rest", rf"{_REST}\b[^.,;\d]*? normal", "(?:其余|其他|四周|周围)[^。，；\\d]*正常"),
    *_word("found", "several", "", "多处|另有(?!一)|另一处|第二处|另外一处|还有一处|另有一处"),
    *_word("found", "some", "something (?:stands out|unusual|abnormal|(?:is|was) wrong)", "有一处(?:异常|缺陷)"),
    *_word("found", "some", rf"(?:one|an?) (?:\w+ )?{_THING}(?! score| map| detection)"),
    *_word(
        "beyond", "all", r"more than (?:any|all|every)(?: one)?(?: of)?(?: the)?(?= [\d,]+| good| normal)", "超过全部"
    ),
    # verdicts
    *_word(
        "verdict",
        "REJECT",
        "rejects?|rejected|fail(?:s|ed)?(?! to)|scrap(?:ped)?|discard(?:ed)?|set aside|sort(?:ed)? out",
    ),
    *_word(
        "verdict", "REJECT", "set this part aside|defective|faulty|bad part|unacceptable|out of (?:tolerance|spec\\w*)"
    ),
    *_word(
        "verdict",
        "REJECT",
        r"non-?conforming|NG|not ok|thrown? away|trash(?:ed)?",
        "不合格|判退|报废|拒收|次品|废品|不良品|隔离",
    ),
    *_word("verdict", "REFUSED", "REFUSED|refused|not (?:been )?(?:judged|scored|assessed)", "拒绝评估|未打分|未判定"),
    *_word(
        "verdict",
        "REVIEW",
        "(?-i:REVIEW)|(?:for|under|needs?|requires?|verdict(?: is|:)) (?:a )?(?:manual )?review",
        "复检",
    ),
    *_word(
        "verdict", "REVIEW", "borderline|inconclusive|between (?:the |both )?(?:two )?thresholds", "介于两个阈值之间"
    ),
    *_word(
        "verdict",
        "PASS",
        "pass(?:es|ed)?(?! through| over| by| from)|accept(?:ed|able|s)?|within (?:tolerance|spec\\w*)",
    ),
    *_word(
        "verdict",
        "PASS",
        "(?:is|are|looks?) (?:good|fine|ok|in order)|OK|ship(?:ped)?|releas(?:ed?|able)|approved?|cleared",
    ),
    *_word(
        "verdict",
        "PASS",
        "may go on|flawless|defect-free|conforming|within what good parts show|within the normal range",
    ),
    *_word(
        "verdict",
        "PASS",
        r"(?:is|looks?|appears?|seems?) (?:(?:quite|entirely|completely|perfectly) )?(?:normal|healthy)",
    ),
    *_word("verdict", "PASS", "meets? (?:the |all )?(?:spec\\w*|requirements?|quality\\w*)"),
    *_word("verdict", "PASS", "", "合格|放行|出货|通过(?!率)|良好|完好|正常范围内|无异常|无缺陷|(?:可以|能)使用"),
    *_word("verdict", "PASS", "no (?:further |other )?(?:action|steps?) (?:is|are) (?:needed|necessary|required)"),
    *_word("verdict", "REVIEW", "(?:second|closer) look"),
    # how it looks against normal
    *_word("tone", "same", r"brightness\b[^.;]{0,24}\b(?:hardly|not|un)\s?changed", "亮度[^。；]{0,6}基本?不变"),
    *_word("tone", "darker", "dark(?:er|ened|ish)?", "(?<![过很])暗"),
    *_word("tone", "lighter", "bright(?:er|ened)?|lighter|light (?=line|band|spot|patch|area|streak)", "亮(?!度)"),
    *_word("colour", "redder", "red(?:der|dish)?", "偏红|红色"),
    *_word("colour", "greener", "green(?:er|ish)?", "偏绿|绿色"),
    *_word("colour", "yellower", "yellow(?:er|ish)?", "偏黄|黄色"),
    *_word("colour", "bluer", "blu(?:e|er|ish)", "偏蓝|蓝色"),
    *_word("colour", "paler", "paler|faded", "褪色|偏淡"),
    *_word("colour", "stronger", "stronger in colou?r|strongly colou?red", "偏浓|浓色"),
    *_word("texture", "rougher", "rough(?:er)?", "粗糙(?!度)|纹理粗糙度为正常的"),
    *_word("texture", "smoother", "smooth(?:er)?", "光滑"),
    *_word(
        "change",
        "added",
        "nothing like it in the normal|(?:added|extra|additional) (?:material|thing|object|structure)",
    ),
    *_word("change", "added", "where only background should be", "多余|此处没有这样的结构|本应只有背景"),
    *_word("change", "missing", "missing|absent", "缺了|缺少|缺失"),
    *_word("form", "elongated", "(?:line|band|streak|stripe)s?|elongated", "细线|条带|细长"),
    *_word("form", "speckled", "specks?|speckle[sd]?|dots", r"散布|个(?:[暗亮浓褪偏]\S{1,2})?小点"),
    *_word("form", "compact", "compact|round(?:ish)?"),
    # what is never measured
    *_word("never", "no such", unmeasured.EXISTENCE, unmeasured.any_of(unmeasured.HAN_EXISTENCE)),
    *_word(
        "never",
        "name",
        rf"(?:{unmeasured.any_of(unmeasured.NAMES)})(?:e?s|-like)?",
        unmeasured.any_of(unmeasured.HAN_NAMES),
    ),
    *_word("never", "cause", unmeasured.CAUSES, unmeasured.any_of(unmeasured.HAN_CAUSES)),
    *_word("never", "consequence", unmeasured.CONSEQUENCES),
)

# What turns the next claim of its clause round; and what denies that there is anything of which all claims hold.
NOT = r"\b(?:not|never|neither|nor|hardly|barely|scarcely|cannot|fails? to|far from|instead of|rather than)\b|n't\b"
NOT += r"|\btoo \w+ (?=to\b)|不(?:是|在|会|能|可|宜|应|足以|算|属于)?|并?未|并非|并没有|没有?|无法|而非"
NONE = r"\b(?:no|without|nothing|none|lacks?|free of|absence of)\b|没有任何|毫无|不含"

READ = re.compile(
    "|".join(f"(?P<n{i}>{pattern})" for i, pattern in enumerate(NOTHING))
    + "|"
    + "|".join(f"(?P<w{i}>{word.pattern})" for i, word in enumerate(WORDS)),
    re.IGNORECASE,
)
TURN = re.compile(f"(?P<none>{NONE})|(?P<not>{NOT})", re.IGNORECASE)
