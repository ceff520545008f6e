"""A lexicon of inspection, Chinese to English, because the text encoder that needs no download reads English only."""

import re
import unicodedata
from functools import cache

# English: Chinese words for it | the next. What follows a bare colon only holds a sentence together and is left out.
_LINES = """
scratch: 划痕 划伤 刮痕 刮伤 刮花 划花 擦伤 擦痕 拉伤 拉痕 划线 划道 刮擦 划
crack: 裂纹 裂痕 裂缝 裂口 开裂 破裂 裂开 龟裂 裂 | fine crack: 微裂纹 细裂纹 发纹 | fracture: 断裂 断口 折断
hole: 孔洞 破洞 穿孔 窟窿 洞 孔 孔眼 | blowhole: 气孔 砂眼 砂孔 缩孔 空洞 | pinhole: 针孔 针眼
bubble: 气泡 鼓泡 起泡 | pit: 麻点 凹坑 凹点 坑 麻坑 | dent: 凹陷 凹痕 压痕 压伤 磕伤 磕碰 碰伤 撞伤 瘪
bump: 凸起 鼓包 凸点 隆起 | stain: 污渍 污点 污痕 污迹 渍 印渍 痕迹 | oil stain: 油污 油渍 油迹 油斑
water stain: 水渍 水印 水痕 | spot: 斑点 斑 斑痕 点子 | black spot: 黑点 黑斑 | white spot: 白点 白斑
bright spot: 亮点 亮斑 | dark spot: 暗点 暗斑 | rust: 锈 锈迹 锈斑 生锈 锈蚀 锈点 | corrosion: 腐蚀 | oxidation: 氧化
mould: 发霉 霉斑 霉点 霉 | burn mark: 烧焦 焦痕 烧痕 灼伤 烧伤 | fingerprint: 指纹 手印
glue residue: 胶痕 残胶 溢胶 胶水 胶 | chip: 缺口 崩缺 碎裂 豁口 崩口 缺损 崩 | chipped edge: 崩边 缺边 爆边
chipped corner: 崩角 掉角 缺角 | peeling: 脱落 剥落 起皮 掉漆 掉皮 分层 | missing part: 缺件 少件 漏件 缺料
missing: 缺失 缺少 丢失 漏装 未装 没装 少了 遗漏 | misplaced part: 错件 放错 装错 错装 位置错误 位置不对
misplaced: 错位 偏移 移位 位移 偏位 偏离 移动 | tilted: 歪斜 倾斜 歪 斜 偏斜 | reversed: 装反 反装 反了 颠倒 反向
wrong texture: 纹理异常 纹理错误 纹理不对 织疵 花纹异常 | texture: 纹理 质地 花纹 | rough: 粗糙 毛糙
wear: 磨损 磨痕 磨伤 损耗 | burr: 毛刺 飞边 披锋 毛边 批锋 | fuzz: 起毛 起球 | wrinkle: 褶皱 皱纹 起皱 皱
crease: 折痕 折皱 | deformation: 变形 扭曲 翘曲 | bent: 弯曲 弯折 弯 | broken thread: 断线 断纱 断丝
pulled thread: 跳线 勾丝 抽丝 | loose thread: 线头 散线 | discoloration: 变色 褪色 色差 偏色 色斑 发黄
contamination: 污染 污物 脏污 沾污 弄脏 脏 污 | foreign object: 异物 杂物 外来物 | impurity: 杂质 夹杂 夹渣
dust: 灰尘 粉尘 灰 尘土 尘埃 浮尘 | fibre: 纤维 棉絮 毛絮 绒毛 丝 | hair: 毛发 头发 | debris: 碎屑 碎片 残渣 渣
metal shavings: 铁屑 金属屑 切屑 | particle: 颗粒 微粒 | residue: 残留 残留物 | water drop: 水滴 水珠
liquid: 液体 漏液 渗漏 | leak: 泄漏 漏油 漏水 | defect: 缺陷 瑕疵 不良 疵点 次品 不合格 毛病
anomaly: 异常 不正常 反常 | damage: 损伤 损坏 破损 受损 坏 坏了 破 | problem: 问题
flawless: 无缺陷 没有缺陷 无瑕疵 没有瑕疵 完好 完美 | normal: 正常 | good part: 良品 合格品 合格 | intact: 完整 无损
clean: 干净 清洁 | smooth: 光滑 平滑 平整 | upper left: 左上 左上角 左上方 左上部 左上侧 左上边
upper right: 右上 右上角 右上方 右上部 右上侧 右上边 | lower left: 左下 左下角 左下方 左下部 左下侧 左下边
lower right: 右下 右下角 右下方 右下部 右下侧 右下边 | top: 上方 上部 顶部 上端 顶端 上半部 上半部分 上侧 上边 顶
bottom: 下方 下部 底部 下端 底端 下半部 下半部分 下侧 下边 底 | left: 左 左边 左侧 左方 左面 左半部 左半边 左部 左端
right: 右 右边 右侧 右方 右面 右半部 右半边 右部 右端 | left and right: 左右 左右两侧 左右两边 两侧 两边
centre: 中间 中央 中心 中部 正中 正中央 当中 | edge: 边缘 边沿 边上 外缘 周边 四周 轮廓 边部 边 边界 圈边
rim: 边框 口沿 瓶口 | corner: 角落 拐角 四角 边角 角 | surface: 表面 | front: 正面 前面 | back: 背面 反面 后面
inside: 内侧 内部 里面 内壁 内 | outside: 外侧 外部 外面 外壁 | near: 附近 旁边 靠近 周围 接近
large: 大 很大 较大 大块 巨大 | small: 小 细小 微小 很小 较小 轻微 | long: 长 长条 | short: 短 | wide: 宽 | narrow: 窄
thin: 细 薄 很细 | thick: 厚 粗 | deep: 深 很深 | shallow: 浅 | round: 圆形 圆 圆的 | bright: 亮 明亮 发亮
dark: 暗 发暗 昏暗 | glare: 反光 反射 高光 | shadow: 阴影 影子 | black: 黑色 黑 发黑 | white: 白色 白 发白
grey: 灰色 | red: 红色 红 | green: 绿色 绿 | blue: 蓝色 蓝 | yellow: 黄色 黄 | brown: 棕色 褐色 棕 | orange: 橙色
purple: 紫色 | silver: 银色 | golden: 金色 | transparent: 透明 | colour: 颜色 | label: 标签 标贴 贴标
sticker: 贴纸 不干胶 | logo: 商标 标志 | print: 印刷 印字 丝印 | text: 文字 字 字符 字迹 | barcode: 条码 条形码 二维码
pattern: 图案 | stripe: 条纹 | line: 线 线条 | screw: 螺丝 螺钉 螺丝钉 | nut: 螺母 螺帽 | bolt: 螺栓
screw thread: 螺纹 | nail: 钉子 | gasket: 垫片 垫圈 密封圈 密封垫 | ring: 圆环 环 | bottle: 瓶子 瓶 瓶身 玻璃瓶
bottle neck: 瓶颈 | bottle bottom: 瓶底 | cap: 瓶盖 盖子 盖 | box: 盒子 纸盒 箱子 | packaging: 包装
circuit board: 电路板 线路板 | microchip: 芯片 | pin: 引脚 针脚 管脚 | solder joint: 焊点 虚焊 焊锡 | weld: 焊缝 焊接
wire: 导线 电线 | cable: 电缆 线缆 | connector: 插头 连接器 接头 插座 | gear: 齿轮 | bearing: 轴承 | shaft: 轴
spring: 弹簧 | housing: 外壳 壳体 壳 机壳 | battery: 电池 | lens: 镜头 镜片 | screen: 屏幕 | button: 按钮 按键
zipper: 拉链 | capsule: 胶囊 | pill: 药片 药丸 | tile: 瓷砖 磁瓦 | casting: 铸件 | wafer: 晶圆 | tyre: 轮胎
pipe: 管子 管道 管 | metal: 金属 | steel: 钢 钢板 钢材 | iron: 铁 | aluminium: 铝 | copper: 铜 | plastic: 塑料
rubber: 橡胶 | glass: 玻璃 | ceramic: 陶瓷 | wood: 木材 木头 木板 | leather: 皮革 | fabric: 布料 织物 布 面料
carpet: 地毯 | paper: 纸 纸张 | paint: 漆 油漆 漆面 | coating: 涂层 镀层 | background: 背景
part: 零件 部件 元件 配件 | product: 产品 工件 | picture: 图片 图像 照片 图 画面 | area: 区域 地方 位置 部位 部分
person: 人 人体 | handle: 把手 手柄 | hand: 手
ignore: 忽略 忽视 无视 不看 不要看 不用看 别看 不管 不用管 别管 跳过 排除 不考虑 不检查 不用检查 无需检查 不要检查
ignore: 不包括 不必看 不算 不找 不要找 不需要看 不需要检查 无需看 不用管它
do not ignore: 不要忽略 别忽略 不能忽略 不可忽略 不要漏掉 别漏掉 不要忽视 不能漏掉 不要放过
can be ignored: 可以忽略 可忽略 没关系 不重要 无所谓 可以不看 除外 | except: 除了 除 除去
only: 只看 只 仅 只要 只有 仅看 只检查 只找 仅检查 只关注 只检测
look for: 找 找出 寻找 查找 检查 检测 检验 查看 看看 看 关注 注意 查 识别 标出
is there: 有没有 是否有 有无 是否存在 是否 | no: 没有 无 没 | and: 和 与 及 以及 跟 并 并且 而且 | or: 或 或者 还是
also: 还 也 还要 另外 | but: 但 但是 不过 而是 | anything: 任何 任何东西 一切 所有东西 | all: 所有 全部 各种 全
others: 其他 其它 其余 别的 其余的
: 的 了 在 是 有 请 吗 呢 吧 啊 都 就 那 这 那些 这些 一些 一个 一下 以外 之外 外 里 中 下 把 被 将 对 到 地 得 个
: 处 请问 帮我 我 我们 你 想 要 想要 需要 看到 上的 些 会 能 可以 很 较 比较 非常 有些 有点 或许 可能 情况 现象 方
: 条 块 张 道 存在 出现 上 上面 之上 面 它 们 过 着
"""
# Characters of traditional Chinese, and the simplified ones that the lexicon has for them.
_TRADITIONAL = str.maketrans(
    "劃傷縫紋斷氣針漬點鏽銹發黴燒膠邊圓環標籤簽貼紙絲釘蓋電線纜齒輪軸彈殼鏡頭鈕鍵鏈藥鑄鋼鐵鋁銅織塗鍍層圖"
    "畫區處請無沒產這個檢測驗關間側頂緣彎變損壞髒塵纖維雜質顆異離錯裝長寬細淺紅綠藍黃銀顏還與並餘開脫飛過"
    "別碼絨來對們會將壓條塊張當圍內裡裏僅隻尋",
    "划伤缝纹断气针渍点锈锈发霉烧胶边圆环标签签贴纸丝钉盖电线缆齿轮轴弹壳镜头钮键链药铸钢铁铝铜织涂镀层图"
    "画区处请无没产这个检测验关间侧顶缘弯变损坏脏尘纤维杂质颗异离错装长宽细浅红绿蓝黄银颜还与并余开脱飞过"
    "别码绒来对们会将压条块张当围内里里仅只寻",
)
_STOPS = str.maketrans(
    {"。": ".", "、": ",", "/": ",", ":": ",", "(": ",", ")": ",", "&": " and ", "—": ",", "–": ",", "’": "'", "‘": "'"}
)
# A run of Chinese, of letters of any script, a number, or a mark that ends a clause.
_RUN = re.compile(r"[\u4e00-\u9fff]+|[^\W\d_\u4e00-\u9fff]+(?:['-][^\W\d_\u4e00-\u9fff]+)*|\d+(?:\.\d+)?|[,.;!?]")
_LONGEST_WORD = 45  # letters; what is longer is no word of English


@cache
def lexicon() -> dict[str, str]:
    """Return the English words for every Chinese word; empty for those that are left out."""
    words: dict[str, str] = {}
    for entry in re.split(r"[|\n]", _LINES.strip()):
        english, _, chinese = entry.partition(":")
        words.update(dict.fromkeys(chinese.split(), english.strip()))
    return words


def translate(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text in English words and , . ; ! ? and, in their order, the words that were not understood.

    Words in ASCII letters pass as they are. Chinese is cut greedily, the longest word first.
    """
    runs = _RUN.findall(unicodedata.normalize("NFKC", text).translate(_STOPS))
    japanese = any(unicodedata.name(run[0], "").startswith(("HIRAGANA", "KATAKANA", "HANGUL")) for run in runs)
    english, unknown = [], []
    for run in runs:
        if "\u4e00" <= run[0] <= "\u9fff" and not japanese:
            words, rest = _cut(run.translate(_TRADITIONAL))
            english += words
            unknown += rest
        elif run.isascii() and len(run) <= _LONGEST_WORD:
            english.append(run)
        else:
            unknown.append(run)
    return re.sub(r" (?=[,.;!?])", "", " ".join(english)), tuple(dict.fromkeys(unknown))


def _cut(chinese: str) -> tuple[list[str], list[str]]:
    """Return the English for a run of Chinese characters, and the stretches that are in no word of the lexicon."""
    words = lexicon()
    longest = max(map(len, words))
    english, unknown, at, lost = [], [], 0, ""
    while at < len(chinese):
        word = next((w for n in range(longest, 0, -1) if (w := chinese[at : at + n]) in words), "")
        lost += "" if word else chinese[at]
        if lost and (word or at + 1 == len(chinese)):
            unknown.append(lost)
            lost = ""
        if word and words[word]:
            english.append(words[word])
        at += len(word) or 1
    return english, unknown
