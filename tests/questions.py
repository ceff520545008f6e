"""What people ask in a conversation, written before there was anything that answers: tool, slots, question.

All are asked of the same lot (`LOT`), with part_04.png at hand, which is what a question without a name means. `after`
is the tool of the turn before. The first of every two questions may be tuned on, the second is held aside.
"""

from dataclasses import dataclass, field

LOT = ("part_01.png", "part_02.png", "part_03.png", "part_04.png", "part_05.png", "lid-7.png")
AT_HAND, WORST, BEST = "part_04.png", "part_02.png", "part_01.png"

_LINES = """
inspect || what do you see?
inspect || is this one ok?
inspect || check this part please
inspect | sample=part_02.png | inspect part_02.png
inspect | sample=lid-7.png | what about the lid?
inspect || anything wrong with it?
inspect | sample=part_03.png | is the previous one good?
inspect | sample=part_05.png | show me the next one
inspect | sample=part_02.png | have a look at picture 2
inspect | sample=lid-7.png | whats the verdict of the last picture
inspect | sample=part_01.png | did the first part pass?
inspect || waht is the verdikt?
inspect || 这个零件合格吗？
inspect | sample=part_03.png | 上一张有问题吗
inspect | sample=part_02.png | 检查第二张图片
inspect || 判定结果是什么？
inspect | sample=lid-7.png | 看一下最后一张
inspect | sample=part_05.png | 下一个怎么样？
inspect | sample=part_03.png, after=inspect | and the one before?
inspect | sample=part_01.png, after=inspect | and part 1?
inspect | sample=part_02.png | show me the worst one
inspect | sample=part_02.png | 最差的那个是什么情况
look | focus=scratches | look for scratches
look | focus=scratches, ignore=label | look for scratches, ignore the label
look | ignore=label | please ignore the label
look | focus=cracks, place=left | are there any cracks on the left?
look | focus=holes | only look for holes
look | ignore=dust | don't look at the dust
look | place=upper_right | check only the upper right corner
look | focus=stains, sample=part_03.png | search for stains on the previous one
look | focus=scratches | find scrathces pls
look | focus=dents | can you see any dents?
look | focus=scratch | 只看划痕
look | focus=scratch, ignore=label | 只看划痕，忽略标签
look | ignore=label | 忽略标签
look | focus=crack, place=left | 看看左边有没有裂纹
look | focus=stain | 有没有污渍？
look | ignore=dust | 不用管灰尘
look | focus=missing parts | is there a missing part?
look | ignore=print | leave out the print and check again
look | focus=rust, place=edge | check for rust near the edge
look | focus=hole, sample=part_02.png | 在第二张里找孔洞
compare | other=part_03.png | compare it with the previous one
compare | other=part_03.png | is it worse than the one before?
compare | sample=part_01.png, other=part_02.png | compare part_01.png and part_02.png
compare | sample=part_02.png, other=part_05.png | what is the difference between part 2 and part 5?
compare | sample=part_01.png, other=lid-7.png | which is better, the first or the last?
compare | other=part_02.png | how does this differ from picture 2?
compare | other=lid-7.png | is the lid better than this?
compare | other=part_05.png | put it side by side with the next one
compare | other=part_03.png | comapre with previous
compare | other=part_01.png | is this more anomalous than part_01?
compare | other=part_03.png | 和上一张比较一下
compare | other=part_02.png | 比第二张更差吗？
compare | sample=part_01.png, other=part_02.png | 比较 part_01.png 和 part_02.png
compare | sample=part_01.png, other=lid-7.png | 第一张和最后一张有什么区别
compare | other=part_05.png | 跟下一张对比
compare | other=part_02.png, after=compare | and with part 2?
why || why?
why || why was it rejected?
why || what is the reason for this verdict?
why | sample=part_02.png | why did part 2 fail?
why || explain the result
why || how did you come to that conclusion?
why | sample=part_03.png | explain why the previous one was rejected
why || what makes you think it is bad?
why || justify your decision
why || waht is teh reason
why || what exactly is wrong here?
why | sample=lid-7.png | why is lid-7 not ok
why || 为什么？
why || 为什么不合格？
why | sample=part_02.png | 第二张为什么被判退？
why || 请解释一下这个结果
why || 依据是什么？
why | sample=part_03.png | 上一张为什么不通过
why | sample=part_03.png, after=why | and the one before?
why | sample=lid-7.png, after=why | 最后一张呢？
region | regions=2 | describe region 2
region | regions=1 | what is region 1?
region | regions=2 | tell me more about the second region
region | regions=1;2 | describe regions 1 and 2
region | regions=3 | whats in region 3
region | regions=2, after=region | and region 2?
region | regions=1 | tell me about defect 1
region | regions=1, sample=part_02.png | describe region 1 of part 2
region | regions=2 | regoin 2 please
zoom | regions=1 | zoom in on the first region
region | place=upper_left | what is that in the upper left?
region | regions=2 | 区域2是什么？
region | regions=1 | 描述一下区域 1
region | regions=2 | 第二个缺陷是什么样的
region | regions=1;2 | 说说区域1和区域2
region | place=right | 右边那个是什么？
region | regions=3, after=region | 区域3呢？
region | regions=1, sample=part_03.png | 上一张的区域 1 是什么
region | place=lower_right | tell me about the thing at the bottom right
region | regions=1 | what does the strongest region look like?
where || where is the defect?
where || how big is it?
where || where exactly?
where | regions=2 | where is region 2?
where | regions=1 | what size is region 1?
where | regions=2 | how large is the second defect
where || what are the coordinates of the damage?
where | sample=part_02.png | where is the problem on part 2?
where || wher is it
where | regions=1 | how long is region 1 in pixels?
where || give me its position and dimensions
where | sample=part_03.png | how big was the defect in the previous picture
where || 缺陷在哪里？
where || 有多大？
where | regions=2 | 区域2在什么位置
where | regions=1 | 区域 1 的尺寸是多少？
where | sample=part_02.png | 第二张的缺陷在哪
where || 位置和大小
where | regions=2, after=where | and region 2?
where | sample=part_05.png, after=where | and on the next one?
normal || show me the normal version
normal || what should it look like?
normal || what would normal have looked like?
normal || how would a good one look
normal | sample=part_02.png | show the normal version of part 2
normal || show the repaired picture
normal || let me see it without the defect
normal || reconstruct it
normal | sample=part_03.png | what should the previous one look like?
normal || normal vesion pls
normal || 正常的应该是什么样？
normal || 显示正常状态图
normal | sample=part_02.png | 第二张正常时是什么样子
normal || 没有缺陷的话是什么样
normal || 给我看看重建图
normal | sample=lid-7.png, after=normal | and for the last one?
what_if | regions=2 | what if region 2 were normal?
what_if | regions=1 | if region 1 was fine, would it pass?
what_if | regions=1;2 | suppose regions 1 and 2 were normal
what_if | to_pass=yes | what would have to change for it to pass?
what_if | to_pass=yes | what would pass?
what_if || what if everything were normal
what_if | regions=1 | would it still be rejected without region 1?
what_if | regions=2 | what happens to the score if you repair region 2
what_if | to_pass=yes | what must be fixed so that it passes?
what_if | regions=1, sample=part_02.png | what if region 1 of part 2 were normal?
what_if | regions=1 | waht if regoin 1 were normal
what_if | regions=2 | 如果区域2正常会怎样？
what_if | regions=1 | 假如没有区域1，还会判退吗
what_if | to_pass=yes | 怎样才能合格？
what_if | to_pass=yes | 要修复什么才能通过？
what_if || 如果全部正常呢
what_if | regions=2, after=what_if | and region 2?
what_if | regions=3, after=what_if | 区域3呢？
thresholds | reject=0.001 | what if the reject rate were 0.1 %?
thresholds | review=0.1 | what if I allowed 10 % review?
thresholds | review=0.1, reject=0.02 | what would change with review 10% and reject 2%?
thresholds | reject=0.02 | would it pass at a false alarm rate of 2 %
thresholds || what are the thresholds?
thresholds || which threshold was used?
thresholds | reject=0.005 | what if we were stricter, a reject rate of 0.5 percent
thresholds | reject=0.05 | set the reject rate to 5 %
thresholds | reject=0.001 | chnage the fasle alarm rate to 0.1%
thresholds | reject=0.02 | how many would be rejected at 2 %?
thresholds | reject=0.001 | 如果误报率是 0.1% 会怎样？
thresholds | review=0.1 | 复检误报率改成10%呢
thresholds || 阈值是多少？
thresholds | reject=0.02 | 判退率设为2%会有什么变化
thresholds | reject=0.02, after=thresholds | and at 2 %?
thresholds | review=0.1, reject=0.02 | 复检10%、判退2%时结果如何
summary || how many were rejected so far?
summary || give me the statistics
summary || how many parts are there?
summary | verdict=REJECT | which ones were rejected?
summary | verdict=REVIEW | list those that need a review
summary || summary of the lot
summary || how is the lot doing
summary | verdict=PASS | which parts passed?
summary || what is the reject rate of this lot?
summary || hwo many failed
summary || list all samples
summary || what pictures do you have?
summary || 统计一下
summary || 一共有多少件不合格？
summary | verdict=REJECT | 哪些不合格？
summary || 这批零件总体情况怎么样
summary | verdict=PASS | 哪些通过了
summary || 合格率是多少
summary | verdict=PASS, after=summary | and which passed?
summary | verdict=REVIEW | 列出待复检的
sure || how sure are you?
sure || can I trust this verdict?
sure || how confident is this result
sure || is that certain?
sure || could this be a false alarm?
sure || what is the p-value?
sure | sample=part_02.png | how sure are you about part 2?
sure || how likely is it that you are wrong
sure || hwo sure r u
sure || how reliable is it?
sure || 你有多大把握？
sure || 这个结果可信吗
sure || 会不会是误报？
sure || 置信度是多少
sure | sample=part_03.png, after=sure | and the previous one?
sure | sample=part_02.png | 第二张的结果可靠吗？
limits || what can this model not see?
limits || what are your limits?
limits || what kinds of defects could you miss?
limits || how small a defect can you find?
limits || what was this model trained on?
limits || which model is this?
limits || how many good parts did you learn from?
limits || what don't you know
limits || tell me about the model
limits || waht are the limitations of the modle
limits || 这个模型有什么局限？
limits || 你看不到什么？
limits || 模型是用什么训练的
limits || 会漏掉哪些缺陷？
limits || 用的是哪个模型？
limits || 多小的缺陷能检出？
similar || find similar ones
similar || are there others like this?
similar | sample=part_02.png | which parts look like part 2?
similar | text=dark spot | which other parts have a dark spot?
similar | text=scratch | has any other part a scratch?
similar || show me parts with the same defect
similar || has this happened before
similar | text=missing piece | find parts where a piece is missing
similar || simmilar samples?
similar || which one is most similar
similar || 找相似的
similar || 还有类似的吗？
similar || 有没有同样缺陷的零件
similar | sample=part_02.png | 哪些和第二张相似？
similar | text=dark spot | 哪些零件有暗色斑点
similar | sample=lid-7.png, after=similar | and like the last one?
decide | verdict=PASS, reason=it is only dust | accept it, it is only dust
decide | verdict=REJECT, reason=the rim is cracked | reject this part because the rim is cracked
decide | verdict=PASS | mark it as good
decide | verdict=REJECT | record it as rejected
decide | verdict=REVIEW | I want a second look at this, put it on review
decide | verdict=PASS, sample=part_02.png, reason=wiped clean | approve part 2: wiped clean
decide | verdict=PASS, reason=false alarm | I overrule this: pass, because false alarm
decide | verdict=REJECT, sample=part_03.png | my decision for the previous one is reject
decide | verdict=PASS | aprove this one
decide || record my decision
decide | verdict=PASS, reason=只是灰尘 | 判为合格，因为只是灰尘
decide | verdict=REJECT | 把这个判为不合格
decide | verdict=PASS, sample=part_02.png | 放行第二张
decide | verdict=REVIEW | 标记为待复检
decide | verdict=REJECT, reason=边缘有裂纹 | 我决定判退，因为边缘有裂纹
decide || 记录我的决定
report || make a report
report || can I have that as a pdf?
report || write a report of this lot
report || export the results
report || download everything as a document
report || reprot please
report || 生成报告
report || 导出结果
report || 给我一份PDF
report || 能出一份检测报告吗？
help || help
help || what can you do?
help || what can I ask?
help || how does this work
help || who are you?
help || hlep
help || hello
help || 帮助
help || 你能做什么？
help || 我可以问什么
help || 你好
help || give me some examples of questions
none || what is the weather tomorrow?
none || write me a poem about the sea
none || order 500 new gaskets
none || delete all records
none || who won the match yesterday
none || translate this into French
none || 今天天气怎么样？
none || 给我讲个笑话
none || buy stocks for me
none || what is the capital of Peru
none || asdf qwer zxcv
none || 帮我订一张机票
"""

# Written after the held half had been measured once, and before what it showed was mended.
_FRESH = """
inspect || give me your opinion of this part
inspect | sample=lid-7.png | could you examine lid-7.png for me
inspect || so, good or bad?
inspect || 这件怎么样
inspect | sample=part_03.png | 前一张合格不合格？
look | focus=burrs | any burrs?
look | focus=discoloration, ignore=shadow | search for discoloration and ignore the shadow
look | place=lower_left | look again, but only at the bottom left
look | focus=bubble | 图上有气泡吗
look | focus=scratch, place=right | 检查右边有没有划痕
compare | sample=part_02.png, other=part_05.png | part_02 vs part_05
compare | other=part_02.png | how does it compare to the worst one
compare | other=part_01.png | 它和第一张有什么不同？
why || I don't understand the verdict, why?
why || what speaks against this part?
why | sample=part_05.png | what's the reason for the verdict on part 5
why || 怎么会不合格
region | regions=4 | what about region 4
region | regions=1;3 | regions 1 and 3 in detail please
region | place=upper_right | what's in the upper right?
region | place=left | 左边的是什么
region | regions=2 | 详细说说第二个区域
where || can you point me to the defect
where | regions=3 | how wide is region 3
where || what is its area
where | regions=1 | 区域1有多长
where || 问题出在哪里
normal || what would a flawless one look like here
normal | sample=part_05.png | and what should part 5 look like
normal || 还原成正常的样子
what_if | regions=1;2;3 | would it pass if regions 1-3 were repaired?
what_if | to_pass=yes | what do I have to repair to get a pass?
what_if | regions=2 | 去掉区域2会怎样
what_if | to_pass=yes | 怎么才能合格
thresholds | review=0.2, reject=0.05 | try review 20 % and reject 5 %
thresholds || how strict are you at the moment?
thresholds | reject=0.0001 | reject at 0.01 percent
thresholds | reject=0.03 | 如果判退率调到3%呢
summary || what percentage passed
summary | verdict=REJECT | show me all the rejects
summary || how did the batch do
summary | verdict=REVIEW | 哪些需要复检
summary || 有几件通过了？
sure || what are the odds that this is just noise
sure || is it definitely defective?
sure || 你确定吗
limits || what is this model bad at?
limits || are there things you overlook?
limits || 模型学了多少张图片
similar || do you know other cases like this one
similar | text=bright line | which pictures have a bright line
similar | sample=part_05.png | 找和第五张类似的
decide | verdict=PASS, reason=the mark wipes off | let it pass because the mark wipes off
decide | verdict=REJECT, sample=part_05.png, reason=dent too deep | reject part_05: dent too deep
decide | verdict=PASS, reason=反光 | 接受，因为反光
report || I need a written report
report || 把结果做成报告
help || what kind of questions do you answer
help || 怎么用？
none || erase the database
none || what do you think of politics
none || please hire someone
none || 明天会下雨吗
none || 把文件删掉
"""

# Written after the fresh ones had been measured, and before the phrasings were widened; never tuned on.
_LAST = """
inspect || does this part look alright to you?
inspect | sample=part_05.png | run an inspection on part_05
inspect | sample=part_02.png | 第二张图怎么样
look | focus=chips, place=edge | check the edge for chips
look | ignore=reflections | skip the reflections
look | focus=dent | 帮我找凹痕
look | focus=oil stain, ignore=fingerprint | 看有没有油污，忽略指纹
compare | sample=part_01.png, other=part_05.png | how do part_01 and part_05 compare?
compare | other=part_03.png | better or worse than the previous one?
compare | other=part_05.png | 和第五张比哪个更差
why || what led you to reject it?
why | sample=part_02.png | what's wrong with part_02?
why || 判退的理由是什么
region | regions=2 | give me details on region 2
region | regions=1 | what do we have in region number 1
region | regions=3 | 讲讲第三个缺陷
where || on which side is the defect?
where | regions=2 | how many pixels does region 2 cover
where || 缺陷有多长多宽
normal || what did you expect to see instead?
normal || display the reference picture
normal | sample=part_03.png | 上一张正常的话应该是什么样
what_if | regions=1 | imagine region 1 wasn't there
what_if | to_pass=yes | what needs to be repaired so it can pass
what_if | regions=1;2 | 如果区域1和2都修好了呢
thresholds | reject=0.002 | how would a reject rate of 0.2 % change the verdict
thresholds || what score is needed to be rejected?
thresholds | review=0.05 | 把复检率设成5%会如何
summary || how many good and bad parts do we have
summary | verdict=PASS | list the parts that passed
summary || 目前的统计结果
sure || how much do you trust your own verdict
sure || might it be a mistake?
sure || 误报的可能性有多大
limits || what can't you detect?
limits || how was the model made
limits || 最小能发现多大的缺陷
similar || any other parts like that?
similar | text=scratch | do other parts have a scratch too?
similar || 以前出现过类似的问题吗
decide | verdict=REJECT, reason=crack | I reject it because of the crack
decide | verdict=PASS | please note that I accept this part
decide | verdict=REVIEW, reason=不清楚 | 我决定复检，因为不清楚
report || create a pdf report for me
report || 出一份报告
help || what are you able to tell me?
help || 怎么使用
none || how is your mother
none || set an alarm for 8 am
none || 帮我写一封信
"""

# Written when the tool was, before its phrasings; every second one was set aside, as of the first set.
_DRIFT = """
drift || has anything drifted?
drift || did the good parts change?
drift || is the process still stable?
drift || are the scores creeping up?
drift || is there a trend in the scores?
drift || do the scores still match the calibration?
drift || is there a drift alarm
drift || have the scores become higher lately
drift || has the light changed since the model was fitted?
drift || did something shift over time?
drift || 有漂移吗？
drift || 得分有没有升高的趋势
drift || 良品变了吗
drift || 过程还稳定吗
drift || 最近的得分是不是变高了
drift || 有没有漂移报警
"""

_CLOSER = """
zoom | regions=2 | zoom in on region 2
zoom || zoom in please
zoom || can I see it larger?
zoom | regions=1 | enlarge region 1
zoom | regions=1 | give me a closer look at region 1
zoom | place=upper_left | magnify the upper left corner
zoom || show it in full resolution
zoom | sample=part_03.png | zoom into the previous one
zoom | regions=3 | I need a close-up of region 3
zoom | place=centre | zoom to the centre
zoom || it is too small, make it bigger
zoom | regions=2 | 放大区域 2
zoom || 放大看看
zoom | regions=1 | 给我看区域 1 的特写
zoom | place=upper_right | 放大右上角
zoom || 拉近一点
fit | source=parts/good, name=bracket | fit a model on parts/good and call it bracket
fit | source=/data/lids/good, name=lid | train a model called lid on /data/lids/good
fit | source=~/gasket.zip | please teach yourself my product from ~/gasket.zip
fit | source=my good parts | train on "my good parts"
fit | source=parts/good, name=bracket-2 | fit parts/good as bracket-2
fit | source=./good | can you learn what is normal from ./good?
fit || train a new model
fit || can you learn a new product?
fit | source=parts/good, name=bracket | 用 parts/good 训练一个模型，叫 bracket
fit | source=/data/良品, name=lid | 在 /data/良品 上训练，命名为 lid
fit || 训练一个新模型
limits || was this model fitted on enough parts?
limits || how long was the model trained?
inspect | sample=part_02.png | show me part 2
"""


@dataclass(frozen=True)
class Asked:
    text: str
    tool: str  # "none": not understood
    slots: dict[str, str] = field(default_factory=dict)
    after: str = ""


def _read(line: str) -> Asked:
    tool, given, text = (cell.strip() for cell in line.split("|", 2))
    slots = dict(pair.strip().split("=") for pair in given.split(",") if pair.strip())
    return Asked(text, tool, slots, slots.pop("after", ""))


QUESTIONS = [_read(line) for line in _LINES.strip().splitlines()]
FRESH = [_read(line) for line in _FRESH.strip().splitlines()]
LAST = [_read(line) for line in _LAST.strip().splitlines()]
DRIFT = [_read(line) for line in _DRIFT.strip().splitlines()]
CLOSER = [_read(line) for line in _CLOSER.strip().splitlines()]
TUNED, HELD = QUESTIONS[::2], QUESTIONS[1::2]
