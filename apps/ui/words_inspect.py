"""What the Inspect tab says around a result, in English and Chinese side by side."""

from explain.catalogue import Phrase

INSPECT: dict[str, Phrase] = {
    "refused.like": Phrase(
        "It was held against {model}. It looks like a part of {other}.",
        "本次使用的模型是 {model}。它像是 {other} 的产品。",
    ),
    "refused.none": Phrase(
        "It was held against {model}; no other model here knows such parts either.",
        "本次使用的模型是 {model}；此处的其他模型也不认识这类产品。",
    ),
    "recognised": Phrase("Inspect it with {model}", "改用 {model} 检测"),
    "unheard.skeleton": Phrase(
        "This model was fitted on pictures without poses: the pose is shown, and changes nothing.",
        "该模型训练时没有姿态数据：姿态仅供显示，不影响判定。",
    ),
    "unheard.text": Phrase(
        "This model hears no words: it was fitted without training. Draw over the place instead, here below; or train"
        " the model on the Teach page.",
        "该模型未经训练，不理解文字。请改为在下方涂抹相应位置，或在“训练”页训练网络。",
    ),
    "legend.empty": Phrase("What the colours mean appears here.", "色标的含义将显示在此处。"),
    # what if the limit were elsewhere
    "limit.slider": Phrase("What if the limit were here", "假如界限在此处"),
    "limit.empty": Phrase(
        "The scores of the good parts, and where this picture stands among them, appear here.",
        "良品得分的分布以及本图像所处的位置将显示在此处。",
    ),
    "limit.chart": Phrase("Scores of the {n} good calibration parts", "{n} 件校准良品的得分"),
    "limit.here": Phrase("limit {limit}", "界限 {limit}"),
    "limit.this": Phrase("this picture {score}", "本图像 {score}"),
    "limit.now": Phrase(
        "{verdict} as it is, with T1 at {review} and T2 at {reject}.",
        "{verdict}：当前设置为 T1 {review}，T2 {reject}。",
    ),
    "limit.if": Phrase(
        "{verdict} would be the verdict with T1 at {review} and T2 at {reject}.",
        "{verdict}：若 T1 为 {review}、T2 为 {reject} 时的判定。",
    ),
    "limit.flagged": Phrase(
        "{k} of the {n} good calibration parts ({share}) would be flagged, {rejected} of them rejected.",
        "{n} 件校准良品中将有 {k} 件（{share}）被标记，其中 {rejected} 件判退。",
    ),
    "limit.none": Phrase(
        "None of the {n} good calibration parts would be flagged; up to {share} of all others still may (95 % sure).",
        "{n} 件校准良品均不会被标记；但全部良品中仍可能有至多 {share} 被标记（置信度 95%）。",
    ),
    "limit.nothing": Phrase(
        "Only a thought: nothing is changed by it. What holds is set on the Teach page.",
        "仅为假设，不会改变任何设置。实际阈值请在“训练”页设置。",
    ),
    # the pictures of what was found
    "marked.empty": Phrase(
        "Where it differs, and the numbered regions, appear here.", "差异位置和编号区域将显示在此处。"
    ),
    "posed": Phrase("The person's pose", "人体姿态"),
    "strength": Phrase("Map strength, %", "差异图强度（%）"),
    # several at once
    "many": Phrase("Several pictures, or a person's pose", "多幅图像，或人体姿态"),
    "many.how": Phrase(
        "Or drop them on the picture above. A pose (JSON, NPY, NPZ) named like a picture goes with that one; a single"
        " one goes with the picture at hand.",
        "也可直接拖放到上方。姿态文件（JSON、NPY、NPZ）与同名图像配对；单个姿态文件用于当前图像。",
    ),
    "many.files": Phrase("Pictures and poses", "图像和姿态文件"),
    "many.stop": Phrase("Stop", "停止"),
    "many.click": Phrase("Worst first; click one to see all of it.", "按异常程度排序；点击可查看详情。"),
    "many.at": Phrase("{done} of {of} inspected …", "已检测 {done} / {of} ……"),
    "many.done": Phrase("{of} pictures: {counts}.", "{of} 幅图像：{counts}。"),
    "many.stopped": Phrase(
        "Stopped after {done} of {of} pictures: {counts}.", "已停止：{done} / {of} 幅图像：{counts}。"
    ),
    "many.count": Phrase("{n} {verdict}", "{verdict} {n} 幅"),
    "many.unread": Phrase("{n} unreadable", "无法读取 {n} 幅"),
    "many.most": Phrase(
        "{n} pictures at once: the page takes {most}. For more, foil inspect FOLDER walks a whole folder.",
        "一次上传了 {n} 幅图像：页面最多支持 {most} 幅。更多图像请用 foil inspect FOLDER 检测整个文件夹。",
    ),
    "many.gone": Phrase(
        "{name} was given more than an hour ago and is no longer kept; give it again.",
        "{name} 的上传已超过一小时，不再保留；请重新上传。",
    ),
    "many.no_picture": Phrase(
        "{name} is a pose, and there is no picture that it goes with; give the picture, too, or first.",
        "{name} 是姿态文件，但没有对应的图像；请先或同时提供图像。",
    ),
    "many.lonely": Phrase(
        "{name}: no picture among these is named like this pose; name both alike, such as part7.png and part7.json.",
        "{name}：其中没有与该姿态同名的图像；请使用相同名称，如 part7.png 与 part7.json。",
    ),
    # zoom
    "zoom.save": Phrase("Save", "保存"),
    "zoom": Phrase("Look closer, at full resolution", "以完整分辨率查看"),
    "zoom.which": Phrase("Which picture", "选择图像"),
    "zoom.input": Phrase("Picture", "原图"),
    "zoom.normal": Phrase("Normal version (generated)", "正常状态图（生成）"),
    "zoom.out": Phrase("Smaller", "缩小"),
    "zoom.in": Phrase("Larger", "放大"),
    "zoom.whole": Phrase("The whole picture", "整幅图像"),
    "zoom.pixels": Phrase("A pixel for a pixel", "逐像素 (1:1)"),
    "zoom.close": Phrase("Close", "关闭"),
    "zoom.keys": Phrase(
        "Keys: + and − zoom, arrows move, 1 to 6 choose the picture, 0 shows all of it, Esc closes. Or wheel and drag.",
        "按键：+ 和 − 缩放，方向键移动，1 至 6 切换图像，0 显示全图，Esc 关闭。也可用滚轮和拖动。",
    ),
}
EXAMPLES: dict[str, str] = {  # what the example calls its defects, and says of the pictures to click, in Chinese
    "good": "良品",
    "scratch": "划痕",
    "chip": "崩缺",
    "blocked hole": "堵孔",
    "hole": "破洞",
    "stain": "污渍",
    "pulled thread": "抽丝",
    "missing limb": "缺失肢体",
    "wrong pose": "姿势错误",
    "crack": "裂纹",
    "A gasket without defects, lit from the upper left.": "无缺陷的垫圈，光线来自左上方。",
    "A long deep scratch crosses the ring at the bottom.": "圆环下部有一道长而深的划痕。",
    "A large piece is chipped off the outer rim at the upper right.": "外缘右上方崩掉了一大块。",
    "The bolt hole at the right is completely blocked by dirt.": "右侧螺栓孔被污物完全堵住。",
    "An even piece of linen without defects, lit from the upper left.": "平整、无缺陷的亚麻布，光线来自左上方。",
    "A large hole is torn into the fabric at the top.": "织物上方撕开了一个大洞。",
    "A large ink stain lies on the fabric at the lower left.": "织物左下方有一大块墨渍。",
    "A horizontal thread is pulled far out of line at the lower left of the fabric.": "织物左下方有一根横纱被拉出。",
    "A wooden mannequin without defects, waving, lit from the upper left.": "无缺陷的木偶，正在挥手，光线来自左上方。",
    "The left shin with its foot is missing.": "左小腿连同左脚缺失。",
    "The right arm is raised far too high.": "右臂抬得过高。",
    "A wide dark crack runs along the right upper arm.": "右上臂有一道宽而深的裂纹。",
}
