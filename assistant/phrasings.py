"""How people ask for each tool: example phrasings, words that give a tool away, and a Chinese lexicon of talking.

"other" is what people may well say and nobody here can answer. A picture that is named stands as "it", a region as
"region 1".
"""

from functools import cache

from explain.unmeasured import NAMES
from fusion.modality.lexicon import lexicon

_EXAMPLES = """
inspect: what is your opinion of it?; good or bad?; is it defective?; assess it; evaluate it; is it fine?
inspect: any findings?; is it in order?; is anything unusual?; what did you find?; what do you see?; is it ok?
inspect: inspect it; check it please; is anything wrong with it?; is it good?; show me it; have a look at it
inspect: what is the verdict?; did it pass?; how is it?; judge it; tell me about this picture; does it have a problem?
inspect: which is it?; which one is it?; what is the result?; is it acceptable?; look at it
inspect: what is the score?; how high is its score?
why: what speaks against it?; what do you object to?; what are the grounds?; what is the evidence?; what made it fail?
why: why that?; why?; why was it rejected?; what is the reason?; explain the result
why: how did you come to that conclusion?; what is the basis?; why did it fail?; justify the verdict
why: what makes you think it is bad?; what is wrong here?; on what grounds?; why is it not ok?; explain why
why: what is the verdict based on?; what led to this decision?; why did it pass?
summary: how did the batch do?; how many are bad?; what percentage is good?; what is the yield?; pass rate; counts
summary: how many are there in total?; how many were rejected?; give me the statistics; how many parts are there?
summary: which ones were rejected?; list those that need a review; summary of the lot; which parts passed?
summary: what share failed?; list all pictures; how is the lot doing?; what is the reject rate of this lot?; overview
summary: how many passed?; what pictures are there?; which failed?; total so far; the results of all; show all rejects
summary: how many are good?; list the bad ones
sure: what are the odds?; is it definitely bad?; could it be noise?; how certain is it?; is it beyond doubt?
sure: are you guessing?; how safe is this result?; how sure are you?; can I trust this?; how confident is the result?
sure: is that certain?; could it be a false alarm?; what is the p-value?; how likely are you wrong?
sure: how reliable is it?; are you certain?; is this just chance?; what does the p-value mean?
sure: is the result credible?; what is the confidence?; could you be mistaken?
similar: which pictures have a bright line?; which pictures show a stain?; does this occur elsewhere?
similar: where else does it occur?; parts with dark spots; which parts are alike?; find similar ones
similar: are there others like this?; which parts look like it?; which other parts have a dark spot?
similar: show parts with the same defect; has this happened before?; which is the most similar?; more like this
similar: does any other part have a scratch?; find parts where a piece is missing; have we seen this before?
similar: similar samples; other pictures with the same problem; which ones resemble it?; search the lot for dark spots
decide: let it pass because it is dust; it may go on; throw it away; I judge it good; I disagree, it is good
decide: my verdict is pass; declare it bad; change the verdict to reject; accept it
decide: reject this part because it is cracked; mark it as good; record it as rejected; approve it; put it on review
decide: I overrule this: pass; record my decision; my decision is reject; I want a second look at it
decide: sign it off as pass; release this part; scrap it; I say it is good; note that it passed; file it as rejected
decide: I decide reject; let it pass, it is only dust; set the verdict to pass; confirm the rejection; note my verdict
help: how do I use it?; what should I type?; what do you know?; thank you; help; what can you do?; what can I ask?
help: how does this work?; who are you?; hello; hi; good morning; give me examples of questions
help: what do you understand?; how do I use this?; what is possible?; thanks; are you an AI?
limits: what is this model bad at?; things you overlook; what can go wrong?; how good are you?
limits: how many pictures did the model learn from?; what can you not see?; what caused it?
limits: where does the defect come from?; what are your limits?; which defects could you miss?
limits: how small a defect can you find?; what was this model trained on?; which model is this?
limits: tell me about the model; what do you not know?; how many good parts did you learn from?
limits: limitations of the model; what is the smallest defect you detect?; which defects are overlooked?
limits: when was the model fitted?; what are you blind to?
normal: restore it to normal; undo the damage; what is the ideal?; show the good version
normal: how it would be if nothing were wrong; show me the normal version; what should it look like?
normal: what would normal have looked like?; reconstruct it; show it without the defect; show the repaired picture
normal: how would a good one look?; what is normal here?; show the picture as it should be; the normal picture
normal: what would it look like if it were good?
where: which part of the picture?; in which corner?; how far from the edge?; at which place?; mark it for me
where: show where it is; where is the defect?; where is it?; how big is it?; what size is region 1?
where: where is region 1?; where exactly?; what are the coordinates?; position and size
where: how long is region 1 in pixels?; how large is the damage?; how wide is it?; which area does it cover?
where: point to the defect; what are its dimensions?; locate the defect
region: what kind of thing is region 1?; is region 1 dark or bright?; what colour is region 1?; the shape of region 1
region: describe region 1; what is region 1?; tell me about region 1; what is that in the upper left?; region 1 please
region: what does region 1 look like?; details of region 1; what is the thing on the right?
region: what is in region 1?; show region 1; tell me more about the spot; what kind of defect is region 1?
zoom: zoom in on region 1; zoom in; enlarge it; show it larger; give me a closer look at region 1; magnify region 1
zoom: make it bigger; a close-up please; I want to see region 1 in full resolution; zoom in on the upper left
fit: fit a new model; train a new model; teach you a new product; learn a new product; make a model of my own parts
fit: can you learn from these good parts?; I want to train you on my own pictures; fit a model on a folder
what_if: and if region 1 were gone?; ignoring region 1, would it pass?; fix region 1 and judge again
what_if: the smallest repair that passes; what if region 1 were normal?; would it pass without region 1?
what_if: what would pass?; what if all were normal?; what would have to change for it to pass?
what_if: suppose region 1 were fine; what happens if you repair region 1?
what_if: if region 1 was good, would it still be rejected?; what must be fixed so that it passes?; remove region 1
what_if: how can it pass?; what if there was no region 1?; what if everything were normal?; which regions must go?
makeup: what makes up the score?; what contributed to the score?; what is the score made of?; break down the score
makeup: which regions contribute to the score?; how much does each region contribute?; how is the score composed?
makeup: where does the score come from?; how did this score come about?; show the waterfall; the parts of the score
thresholds: loosen the limits; what is the cut-off?; how many false alarms are allowed?; the current rates
thresholds: how strict are you?; what if the reject rate were 1 %?; what are the thresholds?
thresholds: set the reject rate to 1 %; allow 1 % review; would it pass at a false alarm rate of 1 %?
thresholds: what would change with 1 %?; be stricter; which threshold?; change the false alarm rate to 1 %
thresholds: how many would be rejected at 1 %?; which limits are in force?; where is the limit for rejection?
thresholds: raise the threshold; be less strict; review 1 %, reject 1 %
compare: which one is closer to normal?; are it and it alike?; do it and it differ?; it versus it; compare it with it
compare: is it worse than it?; what is the difference between it and it?; which is better, it or it?
compare: how does it differ from it?; put it side by side with it; it against it; is it more anomalous than it?
compare: it compared to it; contrast it with it; compare; which of the two is worse?
look: is there dirt on it?; is it scratched?; is it cracked?; pay attention to the rim; never mind the shadow
look: disregard the dust; do you see rust?; any burrs?; look for scratches; ignore the label
look: look for scratches, ignore the label; are there any cracks on the left?; only look at the upper right corner
look: search for stains; find dents; is there a missing part?; check for rust; do not look at the dust
look: can you see any holes?; only scratches; leave out the print and check again; does it have scratches?
look: focus on the edge; scratches only; concentrate on the centre, skip the rest
report: put it in writing; I want a document; I need a written report; print it; make a report
report: can I have that as a pdf?; write a report; export the results; download the results as a document
report: give me the report; create an inspection report; save everything as pdf; print a report
drift: is there drift?; do the scores drift?; did anything shift?; is the line stable?; how stable is the process?
drift: are scores rising over time?; is there a trend?; are recent parts different from earlier ones?; drift alarm
drift: do good parts still score as they did at calibration?; has the camera changed?; are good parts changing?
drift: have the scores gone up lately?; did the process change?; are the scores still the same as before?
drift: any alarm?; is the calibration still valid?; do you see a tendency?; are the scores getting higher or lower?
other: what do you think of politics?; hire someone; lend me money; who is your boss?; give me a recipe; I love you
other: log out; upload it to the cloud; what is the meaning of life?; delete this picture
other: remove the file; order a new part; where can I buy it?; who made it?; call the supervisor; tell me a story
other: sing a song; will it rain?; how much does it cost?; turn off the machine; send an email; tell me the news
other: solve this equation; rename the file; stop the line; who is the president?; why is the sky blue?
other: show me a movie; how many people live there?; compare two companies; book a table
"""

_FIELD = "(?:left|right|top|bottom|upper|lower|centre|corner|middle)"
_THERE = rf"\bwhat is\b.*\b{_FIELD}\b|\b{_FIELD}\b.*\bwhat is\b"  # what lies at a place
# Words that give a tool away; found in the English, and as much worth as their weight in similarity.
CUES: dict[str, tuple[tuple[str, float], ...]] = {
    "inspect": (
        (r"\binspect\b|\bwhat(?:s| is)? (?:is )?the verdict\b|\b(?:have a look|look) at it\b", 0.15),
        (r"\bwhat(?:s| is) (?:the|its) score\W*$", 0.15),
    ),
    "look": (
        (r"\b(?:look|search|check) for\b|\bignore\b|\bonly (?:look|check)\b|\bleave out\b", 0.25),
        (rf"^(?!.*\b(?:other|which)\b).*\b(?:any|is there|are there|see)\b.*\b(?:{'|'.join(NAMES.split())})", 0.35),
    ),
    "compare": (
        (r"\bcompar|\bside by side\b|\bworse\b|\bdiffer", 0.25),
        (r"\bit\b.*\b(?:and|than|or|from|with) it\b", 0.15),
    ),
    "why": ((r"\bwhy\b", 0.35), (r"\breason|\bexplain|\bjustify|\bconclusion\b|\bbasis\b", 0.2)),
    "region": (
        (r"\bregion 1\b", 0.12),
        (r"\bdescribe\b|\btell me (?:more )?about region", 0.15),
        (_THERE, 0.25),
    ),
    "where": ((r"\bwhere\b", 0.25), (r"\bsize\b|\bhow (?:big|large|long|wide)\b|\bposition\b|\bcoordinates?\b", 0.25)),
    "normal": (
        (
            r"\bnormal (?:version|picture)|\breconstruct|\bshould .*look\b|\brepaired\b|\bwithout (?:the )?defect",
            0.25,
        ),
    ),
    "zoom": ((r"\bzoom|\benlarge|\bmagnif|\bclose-?up\b|\bcloser look\b|\b(?:larger|bigger)\b|\bresolution\b", 0.4),),
    "fit": ((r"^(?:can you )?(?:fit|train|teach|learn)\b|\btrain (?:a|you)\b", 0.3),),
    "what_if": ((r"\bif\b|\bsuppose\b|\bwithout region\b|\brepair\b|\b(?:to|would|can|must|that) (?:it )?pass", 0.2),),
    "makeup": (
        (
            r"\bcontribut|^(?=.*\bscore).*(?:\b(?:makes?|made|adds?) (?:up|of)\b|\bcompos|\bwaterfall|\bbreak|\bsplit)",
            0.35,
        ),
        (r"\bscores? (?:come|came)\b", 0.35),
    ),
    "thresholds": ((r"\d %", 0.35), (r"\bthresholds?\b|\b(?:reject|review|false alarm) rate\b|\bstrict", 0.2)),
    "summary": (
        (r"\bhow many\b|\blist\b|\bstatistics\b|\blot\b|\bwhich (?:ones|parts)? ?(?:were|passed|failed)", 0.2),
    ),
    "drift": (
        (r"\bdrift|\btrends?\b|\bstable\b|\bstability\b|\bscores?\b.*\b(?:ris|higher|up\b|lower|calibrat)", 0.35),
    ),
    "sure": (
        (r"\bsure\b|\bdefinite|\bodds\b|\bnoise\b|\bfalse alarm\b(?! rate)", 0.3),
        (r"\btrust\b|\bconfiden|\breliab|\bcertain\b|\bp-value\b", 0.3),
    ),
    "limits": ((r"\bmodel\b|\bcaused?\b|\blimit|\bmiss\b|\btrained\b|\bhow small\b", 0.25),),
    "similar": ((r"\bsimilar\b|\bother (?:part|picture)s?\b|\bothers like\b|\bsame defect\b", 0.25),),
    "decide": ((r"\baccept\b|\bapprove\b|\bmark it\b|\brecord\b|\bmy decision\b|\bi decide\b|\brelease\b", 0.3),),
    "report": ((r"\breport\b|\bpdf\b|\bexport\b|\bdocument\b", 0.3),),
    "other": ((r"\b(?:delete|erase)\b|\bremove (?:the |this )?(?:file|picture|record)", 0.4),),
    "help": ((r"\bhelp\b|\bwhat can (?:you do|i ask)\b|\bhello\b", 0.2),),
}

# English: Chinese words for it | the next. The words of inspection itself are fusion's.
_CHINESE = """
opinion: 看法 评价 意见 | is it ok or not: 合格不合格 合不合格 好不好 行不行 | good or bad: 好坏 是好是坏
is it ok: 合格吗 正常吗 行吗 可以吗 | how: 怎么 如何 | can not: 不能 无法 | most: 最 | smallest: 最小 | largest: 最大
worst: 最严重 | severe: 严重 | more: 更 | good: 好
inspect: 检验 检测 看下 瞧瞧 审查 检查 检查一下 检测一下 看一下 看看 看 | verdict: 判断 判定 判定结果 结论
led to: 导致 | which side: 哪一侧 哪边 哪一边 | length and width: 长宽 | pixels: 像素 | how high: 多高
repair: 修理 修补 修复 修好 | were gone: 消失 没了 | restored: 恢复 | reconstruct: 还原成 重建 复原 还原
look: 样子 模样 | less strict: 放宽 放松 | stricter: 收紧 调严 更严 更严格 | how strict: 多严
threshold: 标准 阈值 门限 界限 | score: 分数 得分 | number of parts: 数量 件数 | share: 比例 百分比 | good parts: 良品
likely: 可能 | likelihood: 可能性 概率 几率 | mistaken: 弄错 搞错 出错 判错 错了 | accurate: 准 准确 准不准
trust: 信任 相信 信 | weakness: 缺点 弱点 | bad at: 不擅长 | seen before: 见过 出现过 发生过 遇到过
before: 以前 之前 | accept: 同意 批准 认可 判为合格 判合格 接受 标记为合格 记为合格
were rejected: 被判不合格 被判为不合格 被判退 被拒 | which ones: 哪些 哪几件 哪几个
reject it: 退回 打回 判为不合格 判不合格 标记为不合格 | document: 文档 | file: 文件 | print: 打印 | write: 写
save: 保存 | download: 下载 | delete: 删除 删掉 清空 | how do i use this: 怎么用 用法 使用方法 | use: 使用
who are you: 你是谁 你是什么 介绍一下你自己 | thanks: 谢谢 多谢 | is there any: 有 有没有
: 成 为 样 些 下 从 该 此 其 之 各 每 已 着 所 以 而 或 呗 嘛 哦 麻烦 帮 帮我 需要 希望 能否 能不能 可以 可不可以
: 可否 有没 一次 再 又 先 前 让 弄 搞 来 去 了解 知道 告诉 告诉我 请问 现在 目前 当前 刚才 刚刚 这里 那里 上面 里面
: 出来 图上 图中 图里 它们 | dark: 暗色 | bright: 亮色 | why: 为什么 为何 为啥 凭什么 怎么会 | reason: 原因 理由
explain: 解释 说明 说明一下 | basis: 依据 根据什么 | describe: 描述 描述一下 介绍 说说 讲讲 详细 详细说说
zoom in on: 放大 放大看 放大看看 拉近 拉近一点 | close-up: 特写
train a new model: 训练一个新模型 训练新模型 训练一个模型 | what is: 是什么 是啥 什么 | what kind: 什么样 什么样的
where: 哪里 哪儿 在哪 在哪里 哪个位置 什么位置 什么地方 何处 | position: 位置 坐标 | size: 尺寸 大小 多大 面积
how long: 多长 | how wide: 多宽 | compare: 比较 对比 比一比 比 相比 | difference: 区别 差别 差异 不同
worse: 更差 更严重 差 | better: 更好 | with: 和 跟 与 | normal version: 正常状态图 正常图 正常版本 正常状态
normal picture: 重建图 | should look: 应该是 应该是什么样 应该是什么样子 应该什么样 该是什么样 什么样子 是什么样子
without defect: 没有缺陷的话 没有缺陷时 去掉缺陷 | if: 如果 假如 假设 若 要是 的话 | without: 假如没有 如果没有 去掉
still: 还会 仍然 仍 | all: 全部 所有 都
what would pass: 怎样才能合格 怎么才能合格 如何才能合格 怎样才合格 怎样才能通过 怎么才能通过 如何才能通过 才能通过
what would pass: 才能合格 才会通过 | reject rate: 判退率 误报率 判退误报率 误判率 | review rate: 复检率 复检误报率
set to: 设为 改成 改为 调到 设成 调成 | review: 复检 待复检 | change: 变化 改变 | happens: 会怎样 怎样 如何
how is: 怎么样 什么情况 情况如何 | how many: 多少 多少件 多少个 几件 几个 多少张 | statistics: 统计 统计一下
lot: 这批 这批零件 批次 批 | which ones: 哪些 | list: 列出 列举 | summary: 总体 总体情况 总结 汇总 概况 情况
total: 一共 总共 共 | pass rate: 合格率 通过率 | rejected: 不合格 判退 被判退 不通过 没通过 报废 | passed: 通过 合格
sure: 把握 多大把握 确定 肯定 | reliable: 可信 可靠 靠谱 | false alarm: 误报 误判 虚警 | confidence: 置信度
could it be: 会不会 是不是 | p-value: p值 | limits: 局限 限制 局限性 | model: 模型 | trained: 训练 训练的 学习
not see: 看不到 看不见 检不出 | miss: 漏掉 漏检 | find: 检出 发现 | how small: 多小 | which: 哪个 哪种 哪一个
similar: 相似 类似 相像 差不多 相似的 类似的 | same: 同样 一样 相同 同样的 | others: 别的 其他 还有 | release: 放行
mark it as review: 标记为待复检 标为待复检 送复检 | mark as: 标记为 标为 记为 | record: 记录 记下
my decision: 我的决定 我决定 决定 | because: 因为 由于 | report: 报告 检测报告 | make: 生成 出 做 | export: 导出
results: 结果 | pdf: pdf | a copy: 一份 | help: 帮助 帮忙 | what can you do: 你能做什么 你会什么 能做什么 你有什么功能
what can i ask: 我可以问什么 可以问什么 能问什么 | hello: 你好 您好 嗨 | is: 是 | ok: 合格吗 好吗 行吗 没问题吗
problem: 问题 有问题 毛病 | show: 显示 给我看 给我看看 展示 | only: 只看 | look for: 找 查找 | size and: 大小和
it: 它 这个 这个零件 这件 这张 这 那个 | examples: 例子 示例
of: 用 用的 : 的 了 吗 呢 吧 啊 请 我 你 在 会 能 要 想 给 把 被 就 也 一下 时 对 那 说 到 什么时候 有什么 多 才 呀
of: 这么 时候 后 和 说一下 | drift: 漂移 偏移 | stable: 稳定 平稳 | trend: 趋势 走势
made up of: 由什么构成 由什么组成 由哪些构成 由哪些组成 构成 组成 组成部分 | contribute to: 贡献
scores come from: 得分怎么来的 得分是怎么来的 分数怎么来的 分数是怎么来的 得分从哪来 得分从哪里来
what is its score: 得分是多少 得分多少 得多少分 分数是多少 分数多少
process: 过程 工艺 制程 | rising: 升高 上升 变高
alarm: 报警 警报 告警 | changed: 变了 变化了 改变了 | still: 还 | lately: 最近 近来 | scores higher: 得分变高
"""


@cache
def examples() -> tuple[tuple[str, str], ...]:
    """Return tool and phrasing of every example."""
    lines = (line.split(": ", 1) for line in _EXAMPLES.strip().splitlines())
    return tuple((tool, phrase.strip()) for tool, phrases in lines for phrase in phrases.split(";"))


@cache
def chinese() -> dict[str, str]:
    """Return the English for Chinese words, of inspection and of talking; "" of those that say nothing."""
    words = dict(lexicon())
    for entry in _CHINESE.replace("\n", "|").split("|"):
        english, _, them = entry.partition(":")
        words.update(dict.fromkeys(them.split(), english.strip()))
    return words
