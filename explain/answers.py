"""What is said where a person asks on: what if, and why one kind of defect and not another."""

from explain.phrase import Phrase

ANSWERS: dict[str, Phrase] = {
    # what if
    "whatif": Phrase(
        "If {regions} were normal, the score would be {score} instead of {before}, and the verdict {verdict}.",
        "若{regions} 恢复正常，得分将为 {score}（现为 {before}），判定为{verdict}。",
    ),
    "whatif.refused": Phrase(
        "If {regions} were normal, the model would not judge the picture any more (now {before}; {verdict}).",
        "若{regions} 恢复正常，模型将不再评估该图像（现为 {before}；{verdict}）。",
    ),
    "whatif.region": Phrase("region {number}", "区域 {number}"),
    "whatif.regions": Phrase("regions {numbers} and {last}", "区域 {numbers} 和 {last}"),
    "whatif.forms": Phrase(
        "{text} can't be computed; ask what if “region 1 were normal”, “regions 1 and 2 were normal”, “regions 1 to 3"
        " were normal”, “all were normal”, “what would pass”, “what makes up the score”, or “why not a crack”",
        "{text}无法计算；请这样提问：“区域 1 正常”“区域 1 和 2 正常”“区域 1 到 3 正常”“全部正常”“什么能通过”"
        "“得分由什么构成”或“为什么不是裂纹”",
    ),
    "whatif.nothing": Phrase("Nothing is marked here that could be made normal.", "此处没有可恢复为正常的标记。"),
    "whatif.missing": Phrase(
        "Region {number} is not marked here: there are {found} in all.", "此处没有区域 {number}：共标记 {found} 处。"
    ),
    # what makes up a score
    "makeup": Phrase(
        "The score of {before} is made up of {parts}, made normal one after another; {left} is left: {verdict}.",
        "得分 {before} 的构成（依次恢复正常）：{parts}；剩余 {left}，判定为{verdict}。",
    ),
    "makeup.region": Phrase("{much} by region {number}", "区域 {number} 占 {much}"),
    "makeup.others": Phrase("{much} by the other regions", "其余区域占 {much}"),
    "makeup.refused": Phrase(
        "{before} is the score; with its strongest region made normal the model would not judge the picture any more.",
        "得分为 {before}；若将最强的区域恢复正常，模型将不再评估该图像。",
    ),
    # why not
    "whynot": Phrase(
        "Region {number} looks less like {asked} ({less} sure) than like {first} ({more}): it is {traits} than {asked}"
        " usually is.",
        "区域 {number} 看起来不像{asked}（把握 {less}），更像{first}（{more}）：与常见的{asked}相比，它{traits}。",
    ),
    "whynot.whole": Phrase(
        "Region {number} looks less like {asked} ({less} sure) than like {first} ({more}), by all that was measured of"
        " it together and by nothing alone.",
        "区域 {number} 看起来不像{asked}（把握 {less}），更像{first}（{more}）："
        "依据是各项测量的综合，没有哪一项单独起决定作用。",
    ),
    "whynot.first": Phrase(
        "Of all kinds that are known, region {number} looks most like {asked} ({more} sure).",
        "在已知的类型中，区域 {number} 最像{asked}（把握 {more}）。",
    ),
    "whynot.unsure": Phrase("That is too little to give it a name.", "这一把握不足以为其命名。"),
    "whynot.unknown": Phrase(
        "{asked} is no kind that is known here; known are {kinds}.", "{asked}不是此处已知的类型；已知类型有{kinds}。"
    ),
    "whynot.nothing": Phrase("Nothing is marked here that could be called anything.", "此处没有可以命名的标记。"),
    "trait.look": Phrase("more like {kind} to the network that sees it", "在观察它的网络看来更像{kind}"),
    "trait.look.not": Phrase("less like {kind} to the network that sees it", "在观察它的网络看来更不像{kind}"),
    "trait.size": Phrase("larger", "更大"),
    "trait.size.not": Phrase("smaller", "更小"),
    "trait.slender": Phrase("longer and thinner", "更细长"),
    "trait.slender.not": Phrase("more compact", "更紧凑"),
    "trait.smooth": Phrase("smoother in outline", "轮廓更平整"),
    "trait.smooth.not": Phrase("more ragged in outline", "轮廓更不规则"),
    "trait.pieces": Phrase("in more pieces", "更零碎"),
    "trait.pieces.not": Phrase("in fewer pieces", "更连贯"),
    "trait.light": Phrase("lighter", "更亮"),
    "trait.light.not": Phrase("darker", "更暗"),
    "trait.strong": Phrase("more different from normal", "与正常状态差异更大"),
    "trait.strong.not": Phrase("less different from normal", "与正常状态差异更小"),
    "trait.coloured": Phrase("more a change of colour", "颜色变化更明显"),
    "trait.coloured.not": Phrase("less a change of colour", "颜色变化更少"),
    "trait.edge": Phrase("nearer the edge", "更靠近边缘"),
    "trait.edge.not": Phrase("farther inside", "更靠内部"),
    "trait.gone": Phrase("more like something that is gone", "更像缺失"),
    "trait.gone.not": Phrase("less like something that is gone", "更不像缺失"),
    "trait.added": Phrase("more like something that was added", "更像多出之物"),
    "trait.added.not": Phrase("less like something that was added", "更不像多出之物"),
    "trait.rough": Phrase("rougher than normal", "更粗糙"),
    "trait.rough.not": Phrase("smoother than normal", "更光滑"),
    "trait.filled": Phrase("more filled", "更饱满"),
    "trait.filled.not": Phrase("less filled", "更稀疏"),
    "trait.uneven": Phrase("more uneven inside", "内部更不均匀"),
    "trait.uneven.not": Phrase("more even inside", "内部更均匀"),
    "trait.steep": Phrase("sharper at its border", "边界更清晰"),
    "trait.steep.not": Phrase("softer at its border", "边界更柔和"),
    "trait.through": Phrase("more like a layer that the surface is seen through", "更像透出底面的覆盖层"),
    "trait.through.not": Phrase("less like a layer that the surface is seen through", "更不像透出底面的覆盖层"),
    "trait.foreign": Phrase("more foreign in colour to what lies around it", "颜色与周围更不相同"),
    "trait.foreign.not": Phrase("closer in colour to what lies around it", "颜色与周围更接近"),
}
