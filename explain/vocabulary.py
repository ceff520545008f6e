"""What a text may say of a finding without a number, in English and Chinese: the words, and what they claim.

The first pattern of a subject that fits a stretch of text reads it, so longer phrases come first. `None` reads a
stretch that claims nothing: "good parts" passes nobody, and "reject threshold" rejects nobody.
"""

import re
from typing import Literal, NamedTuple

Subject = Literal[
    "verdict",
    "place",
    "border",
    "tone",
    "colour",
    "texture",
    "change",
    "form",
    "direction",
    "found",
    "beyond",
    "quality",
    "never",
]


class Word(NamedTuple):
    subject: Subject
    value: str  # what is claimed of it
    pattern: str


NOTHING: tuple[str, ...] = (  # stretches that look like claims and are none
    r"(?:review|reject(?:ion)?|marking)[ -](?:threshold|limit|level|rate)s?|复检阈值|判退阈值|判退水平|标记阈值",
    r"good (?:part|sample|picture|one)s?|normal (?:version|part|sample|picture|one|appearance|state)s?",
    "良品|正常状态图?",
    r"(?:than|from|with|to|as|and|what|of)(?: the)? normal\b|normal (?:is|does|would)\b|正常(?:波动|范围)|[较比与]正常",
    r"right (?:product|part|away|now|one)|(?:left|leav\w+|take|took) (?:out|aside)\b|(?:is|are|was|were) left\b",
    r"whether it is a defect or|defects? (?:in|may|can|could)\b|fine defects?|细小缺陷|处的缺陷|是缺陷还是|判断是缺陷",
    r"false[- ]alarms?|误报率|not used|未使用|may not show|cannot show|无法显现|不计入|could be seen|too few",
    "不足以支持|不确定|不同|不规则",
    r"\b(?:two|both) (?:threshold|limit)s|(?<=\d )for (?:a )?(?:review|rejection)\b|两个阈值",
    r"\bon top of\b|\b(?:upper|lower) (?:threshold|limit|bound)s?|\blower than\b|\blower (?:score|value)",
    r"\b(?:rest|remainder|everything else|elsewhere|remaining \w+|other (?:areas|places))\b[^.,;\d]*? normal\b",
    r"(?:say|says) nothing about|不涉及|不影响|without (?:a |any )?(?:doubt|training)|not only|no more|no less|不仅",
)

SIDE = (
    r"(?:[ -](?:hand|most))?(?:[ -](?:side|edge|part|part of|half|third|corner|border|area|region|quadrant|section))?"
)
_SIDES = {"left": "left|左", "right": "right|右"}
_ENDS = {"upper": "upper|top", "lower": "lower|bottom"}


def _places() -> list[Word]:
    found = [
        Word(
            "place", f"{end}_{side}", rf"\b(?:{words})[ -](?:and |/)?(?:{side})\b{SIDE}|\b{side}[ -](?:{words})\b{SIDE}"
        )
        for end, words in _ENDS.items()
        for side in _SIDES
    ]
    corners = {
        "upper_left": "左上|上左",
        "upper_right": "右上|上右",
        "lower_left": "左下|下左",
        "lower_right": "右下|下右",
    }
    found += [Word("place", place, f"(?:{words})[方侧角部边]?") for place, words in corners.items()]
    found += [
        Word("place", "upper", rf"\b(?:upper|top)[ -](?:cent(?:re|er)|middle)\b|\b(?:upper|top(?!-level))\b{SIDE}"),
        Word("place", "lower", rf"\b(?:lower|bottom)[ -](?:cent(?:re|er)|middle)\b|\b(?:lower|bottom)\b{SIDE}"),
        Word("place", "left", rf"\b(?:middle|cent(?:re|er))[ -]left\b|\bleft(?!-?over)\b(?:most)?{SIDE}|\bleftmost\b"),
        Word("place", "right", rf"\b(?:middle|cent(?:re|er))[ -]right\b|\bright\b{SIDE}|\brightmost\b"),
        Word("place", "centre", r"\b(?:centre|center|middle|central|centrally)\b|中央|中间|中心|正中|中部"),
        Word("place", "upper", "上[方部侧端]|顶[部端]|靠上"),
        Word("place", "lower", "下[方部侧端]|底[部端]|靠下"),
        Word("place", "left", "左[侧边方部端]|靠左"),
        Word("place", "right", "右[侧边方部端]|靠右"),
    ]
    return found


WORDS: tuple[Word, ...] = (
    # directions come before places: a line that rises to the right need not lie there
    Word(
        "direction",
        "rising",
        r"(?:rise|rises|rising|climb\w*|slop\w+ up\w*) (?:up )?to(?:wards)? the right|向右上方?倾斜",
    ),
    Word("direction", "falling", r"(?:fall|falls|falling|drop\w*|slop\w+ down\w*) (?:down )?to(?:wards)? the right"),
    Word("direction", "falling", "向右下方?倾斜"),
    Word("direction", "horizontal", r"\bhorizontal(?:ly)?\b|水平"),
    Word("direction", "vertical", r"\b(?:near-)?vertical(?:ly)?\b|\bupright\b|竖直|垂直"),
    *_places(),
    Word("border", "inside", r"\binside the part|\bwithin the (?:part|interior)|\bin the interior|零件内部"),
    Word("border", "outside", r"\b(?:beside|outside(?: of)?|next to) the part|零件之外"),
    Word("border", "edge", r"\b(?:edge|border|rim|margin)s?\b|边缘|边沿"),
    Word("quality", "dark", r"\b(?:picture|image|photo\w*)(?: itself)? is (?:very |too |rather )?dark|图像过暗"),
    Word("quality", "overexposed", r"\bover-?exposed\b|过曝"),
    Word("quality", "flat", r"\bhardly any contrast\b|\balmost no contrast\b|几乎没有对比度"),
    Word("quality", "small", r"\b(?:picture|image) is (?:very |too |rather )?small\b|图像尺寸偏小"),
    # verdicts
    Word(
        "verdict",
        "REJECT",
        r"\brejects?\b|\brejected\b|\bfail(?:s|ed)?\b(?! to)|\bscrap(?:ped)?\b|\bdefective\b|\bfaulty\b",
    ),
    Word(
        "verdict",
        "REJECT",
        r"\bnon-?conforming\b|\bout of tolerance\b|\bNG\b|\bnot ok\b|不合格|判退|报废|拒收|次品|不良品",
    ),
    Word(
        "verdict",
        "REFUSED",
        r"\bREFUSED\b|\brefused\b|\bnot (?:been )?(?:judged|scored|assessed)\b|拒绝评估|未打分|未判定",
    ),
    Word(
        "verdict",
        "REVIEW",
        r"(?-i:\bREVIEW\b)|\b(?:for|under|needs?|requires?|verdict(?: is|:)) (?:a )?(?:manual )?review\b|复检",
    ),
    Word("verdict", "REVIEW", r"\bborderline\b|\binconclusive\b|\bbetween the (?:two )?thresholds\b|介于两个阈值之间"),
    Word(
        "verdict",
        "PASS",
        (
            r"\bpass(?:es|ed)?\b(?! through| over| by| from)|\baccept(?:ed|able|s)?\b|\bwithin tolerance\b|"
            r"\b(?:is|are|looks?) (?:good|fine|ok)\b"
        ),
    ),
    Word(
        "verdict",
        "PASS",
        r"\b(?:is|looks?|appears?|seems?) (?:(?:quite|entirely|completely|perfectly) )?normal\b|\bOK\b",
    ),
    Word(
        "verdict",
        "PASS",
        r"\bflawless\b|\b(?:shipp|releas)ed\b|\bmay go on\b|\bdefect-free\b|within what good parts show|"
        r"\bwithin the normal range\b",
    ),
    Word("verdict", "PASS", "合格|放行|通过(?!率)|良好|完好|正常范围内|无异常|无缺陷"),
    # how many, and how far
    Word(
        "found",
        "nothing",
        r"\bnothing (?:stands out|unusual|abnormal|(?:is|was) wrong)|\bno (?:visible |clear )?defects?\b",
    ),
    Word(
        "found",
        "nothing",
        r"\bno (?:visible |clear )?(?:anomal(?:y|ies)|faults?|deviations?|differences?|irregularit\w+)\b",
    ),
    Word("found", "some", r"\bsomething (?:stands out|unusual|abnormal|(?:is|was) wrong)|有一处(?:异常|缺陷)"),
    Word("found", "some", r"\b(?:one|an?) (?:\w+ )?(?:defect|anomaly|deviation|irregularity|difference)\b"),
    Word(
        "found",
        "nothing",
        r"\b(?:does|do|did)(?:n't| not) differ\b|\b(?:no different from|identical to)\b|[并毫]?无差异|没有差异",
    ),
    Word("found", "nothing", "未见异常|没有异常|未发现(?:异常|缺陷)|没有缺陷"),
    Word(
        "found",
        "no place",
        r"\bno (?:single |one )?(?:place|region|area|spot|location)s?\b|没有(?:单独的)?异常(?:位置|区域)",
    ),
    Word(
        "found",
        "several",
        r"\b(?:several|multiple|many|numerous|various|two or more) (?:\w+ )?(?:place|region|area|anomal|defect)",
    ),
    Word(
        "found",
        "several",
        r"\b(?:another|second|further|additional|other) (?:\w+ )?(?:place|region|area|anomal\w+|defect|one)\b",
    ),
    Word("found", "several", "多处|另有(?!一)|另一处|第二处|另外一处|还有一处|另有一处"),
    Word(
        "found",
        "one",
        r"\b(?:only one|a single|one single|the only|just one) (?:\w+ )?(?:place|region|area)\b|仅有一处|只有一处",
    ),
    Word("beyond", "all", r"\bmore than (?:any|all|every)(?: one)?(?: of)?(?: the)?(?= [\d,]+| good| normal)|超过全部"),
    # how it looks against normal
    Word("tone", "same", r"\bbrightness\b[^.;]{0,24}\b(?:hardly|not|un)\s?changed|亮度[^。；]{0,6}基本?不变"),
    Word("tone", "darker", r"\bdark(?:er|ened|ish)?\b|(?<![过很])暗"),
    Word(
        "tone", "lighter", r"\b(?:bright(?:er|ened)?|lighter)\b|\blight (?=line|band|spot|patch|area|streak)|亮(?!度)"
    ),
    Word("colour", "redder", r"\bred(?:der|dish)?\b|偏红|红色"),
    Word("colour", "greener", r"\bgreen(?:er|ish)?\b|偏绿|绿色"),
    Word("colour", "yellower", r"\byellow(?:er|ish)?\b|偏黄|黄色"),
    Word("colour", "bluer", r"\bblu(?:e|er|ish)\b|偏蓝|蓝色"),
    Word("colour", "paler", r"\bpaler\b|\bfaded\b|褪色|偏淡"),
    Word("colour", "stronger", r"\bstronger in colou?r\b|\bstrongly colou?red\b|偏浓|浓色"),
    Word("texture", "rougher", r"\brough(?:er)?\b|粗糙(?!度)|纹理粗糙度为正常的"),
    Word("texture", "smoother", r"\bsmooth(?:er)?\b|光滑"),
    Word(
        "change",
        "added",
        r"nothing like it in the normal|\b(?:added|extra|additional) (?:material|thing|object|structure)|多余",
    ),
    Word("change", "added", r"where only background should be|此处没有这样的结构|本应只有背景"),
    Word("change", "missing", r"\b(?:missing|absent)\b|缺了|缺少|缺失"),
    Word("form", "elongated", r"\b(?:line|band|streak|stripe|elongated)s?\b|细线|条带|细长"),
    Word("form", "speckled", r"\b(?:specks?|speckle[sd]?|dots)\b|散布|个(?:[暗亮浓褪偏]\S{1,2})?小点"),
    Word("form", "compact", r"\bcompact\b|\bround(?:ish)?\b(?! trip)"),
    # what Foil never measures: names of defects, causes, consequences
    Word(
        "never",
        "name",
        r"\b(?:scratch|crack|dent|stain|rust|corrosion|burr|chip|bubble|blister|void|pore|contaminat|scuff)\w*",
    ),
    Word(
        "never",
        "name",
        r"\b(?:hole|pit|blowhole|pinhole|wrinkle|crease|fray|tear|fracture|break|inclusion|impurit|fibre|fiber)\w*",
    ),
    Word(
        "never",
        "name",
        (
            r"\b(?:foreign object|debris|dirt|dust|grease|oil|water|paint|discolou?r|burn|deform|bent|"
            r"misplace|misalign)\w*"
        ),
    ),
    Word(
        "never",
        "name",
        "划痕|划伤|刮痕|裂纹|裂缝|开裂|凹坑|凹陷|压痕|污渍|污点|锈|毛刺|气泡|气孔|孔洞|崩边|缺口|异物|杂质|磨损|变形|褶皱",
    ),
    Word(
        "never",
        "cause",
        r"\b(?:caused|due|owing) (?:by|to)\b|\bbecause of\b|\bresult(?:s|ing)? (?:of|from|in)\b|\blead(?:s|ing)? to\b",
    ),
    Word("never", "cause", "由于|导致|造成|引起|源于"),
    Word(
        "never",
        "cause",
        r"\b(?:safe|unsafe|dangerous|harmless|critical|lifetime|customer|supplier|operator error|tool wear)\b",
    ),
    Word(
        "never",
        "no such",
        r"\b(?:does|do) not exist\b|\b(?:is|are)(?:n't| not) (?:there|real|visible|present|marked|unusual|abnormal)",
    ),
    Word("never", "no such", "不存在|并不明显|并不异常|未被标记"),
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
