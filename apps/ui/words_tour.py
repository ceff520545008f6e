"""What the tour says, in English and Chinese side by side."""

from explain.catalogue import Phrase

TOUR: dict[str, Phrase] = {
    "tour": Phrase("? Tour", "? 导览"),
    "tour.invite": Phrase(
        "<b>New here?</b> Five hints on an example show what Foil does.",
        "<b>第一次使用？</b>五条提示，通过一个示例了解 Foil。",
    ),
    "tour.begin": Phrase("Show me around", "带我看看"),
    "tour.no": Phrase("No, thanks", "不用了"),
    "tour.back": Phrase("Back", "上一步"),
    "tour.next": Phrase("Next", "下一步"),
    "tour.done": Phrase("Done", "完成"),
    "tour.close": Phrase("Close the tour", "关闭导览"),
    "tour.give": Phrase(
        "<b>Give a picture.</b> Drop or paste your own, or click an example; if you go on, the tour clicks one.",
        "<b>提供图像。</b>拖放或粘贴您自己的图像，或点击示例。继续则由导览为您点击一个。",
    ),
    "tour.verdict": Phrase(
        "<b>The verdict.</b> PASS, REVIEW (a person should look) or REJECT, and where the score stands among the good"
        " parts that the model knows.",
        "<b>判定。</b>合格、待复检（需人工查看）或不合格，以及得分在模型所知良品中的位置。",
    ),
    "tour.pictures": Phrase(
        "<b>The pictures.</b> Slide between the picture and what normal would have looked like. Below: where they"
        " differ,"
        " numbered as in the words. Click one to look closer.",
        "<b>图像。</b>拖动滑块，对比输入图像与“正常”本来的样子。下方为差异位置，编号与文字一致。点击图像可放大查看。",
    ),
    "tour.reasons": Phrase(
        "<b>The reasons.</b> Every number in the words was measured. Below them you can move the limit in thought, and"
        " record whether the verdict was right.",
        "<b>理由。</b>文字中的每个数字均为实测。下方可假设移动界限，并记录判定是否正确。",
    ),
    "tour.then": Phrase(
        "<b>And then?</b> Ask it why, teach it your own product from good pictures alone, work off what waits for a"
        " person, and make reports: a tab for each. Nothing leaves this machine.",
        "<b>接下来？</b>提问原因、仅用良品图像训练自己的产品、处理待人工决定的检测、生成报告：各有一页。数据不会离开本机。",
    ),
}
