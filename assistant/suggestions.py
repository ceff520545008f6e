"""Questions to suggest: one a tool, and those that may follow an answer."""

from explain.catalogue import Lang, Phrase

SUGGESTED: dict[str, Phrase] = {
    "inspect": Phrase("is it ok?", "合格吗？"),
    "why": Phrase("why?", "为什么？"),
    "where": Phrase("where is it and how big?", "在哪里，有多大？"),
    "region": Phrase("describe region 1", "描述区域 1"),
    "normal": Phrase("show the normal version", "显示正常状态图"),
    "zoom": Phrase("zoom in on region 1", "放大区域 1"),
    "why_not": Phrase("why not a crack?", "为什么不是裂纹？"),
    "what_if": Phrase("what would pass?", "怎样才能合格？"),
    "makeup": Phrase("what makes up the score?", "得分由什么构成？"),
    "sure": Phrase("how sure are you?", "有多大把握？"),
    "look": Phrase("look for scratches, ignore the label", "只看划痕，忽略标签"),
    "compare": Phrase("compare it with the previous one", "和上一张比较"),
    "similar": Phrase("find similar ones", "找相似的"),
    "summary": Phrase("how many were rejected?", "有多少件不合格？"),
    "thresholds": Phrase("what if the reject rate were 0.1 %?", "如果判退率是 0.1% 会怎样？"),
    "drift": Phrase("do the scores drift?", "得分有漂移吗？"),
    "limits": Phrase("what can this model not see?", "这个模型看不到什么？"),
    "decide": Phrase("accept it, because it is only dust", "判为合格，因为只是灰尘"),
    "fit": Phrase("fit on parts/good and call it bracket", "用 parts/good 训练，叫 bracket"),
}
NEXT = {  # what one may well ask after an answer
    "inspect": ("why", "where", "normal"),
    "why": ("what_if", "makeup", "sure"),
    "where": ("region", "zoom", "why"),
    "region": ("zoom", "why_not", "similar"),
    "zoom": ("normal", "why_not", "where"),
    "why_not": ("region", "similar", "what_if"),
    "normal": ("what_if", "where", "why"),
    "what_if": ("makeup", "sure", "thresholds"),
    "makeup": ("what_if", "sure", "thresholds"),
    "sure": ("limits", "thresholds", "why"),
    "look": ("why", "region", "compare"),
    "compare": ("why", "summary", "similar"),
    "similar": ("compare", "summary", "region"),
    "summary": ("thresholds", "drift", "similar"),
    "drift": ("summary", "thresholds", "limits"),
    "thresholds": ("summary", "sure", "limits"),
    "limits": ("sure", "thresholds", "summary"),
}


def suggestions(tool: str, lang: Lang, most: int = 3) -> tuple[str, ...]:
    """Return questions that may follow the answer of a tool; those to begin with after any other."""
    keys = NEXT.get(tool, ("why", "where", "what_if", "summary"))[:most]
    return tuple(getattr(SUGGESTED[key], lang) for key in keys)
