"""What the page says around a conversation, in English and Chinese side by side."""

from explain.catalogue import Phrase

ASK: dict[str, Phrase] = {
    "tab.ask": Phrase("Ask", "提问"),
    "ask.how": Phrase(
        "**Ask about the picture of the Inspect tab**, or about pictures that you give here. No language model speaks:"
        " every answer is computed.",
        "**就“检测”页的图像或在此上传的图像提问**。语言模型不作答：每个答案都是计算得出的。",
    ),
    "ask.chat": Phrase("Conversation", "对话"),
    "ask.none": Phrase(
        "Ask below, or click a question: why, where, how big, what would pass.",
        "请在下方提问或点击问题：为什么、在哪里、有多大、怎样才能合格。",
    ),
    "ask.box": Phrase("Your question", "您的问题"),
    "ask.hint": Phrase("why? where is it? what would pass?", "为什么？在哪里？怎样才能合格？"),
    "ask.first": Phrase("what do you see?", "检查一下"),
    "ask.at_it": Phrase("Working on it …", "正在计算……"),
    "ask.rests": Phrase("Rests on: {names}", "依据：{names}"),
    "ask.at_hand": Phrase("Picture spoken of", "当前图像"),
    "ask.new": Phrase("New conversation", "新对话"),
    "ask.earlier": Phrase("Earlier conversations", "之前的对话"),
    "ask.gone": Phrase("(This picture is no longer kept.)", "（此图像已不再保留。）"),
    "ask.anew": Phrase(
        "A new conversation begins: the one before can't be gone on with here. Its model has changed, it is open in"
        " another tab, or it made room for others.",
        "已开始新对话：之前的对话无法在此继续，因为其模型已更改、已在其他标签页中打开，或已为其他对话让出空间。",
    ),
    "ask.no_turn": Phrase(
        "This question is no longer part of a conversation here; ask it again below.",
        "此问题已不属于当前对话，请在下方重新提问。",
    ),
    "ask.not_kept": Phrase(
        "This conversation is no longer kept: it made room for others.", "此对话已不再保留：已为其他对话让出空间。"
    ),
}
