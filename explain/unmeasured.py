"""Words for what Foil never measures: what a defect is, causes, consequences. No evidence holds them."""

NAMES = """
abrasion abraded blemish blister blotch blowhole breakage breach broken bruise bubble bulge bump burn burnt burr casting
chafe chip chipped chipping contaminant contaminated contamination corroded corrosion crack cracked cracking crease
cut damage damaged debris deform deformation deformed delamination dent dented dirt discoloration discolouration
discolored discoloured dislocated droplet dust erosion fiber fibre fingerprint fissure flake flaking foreign fracture
fractured fray frayed fungus fuzz gouge grease hairline hole impurity inclusion leak lint lump misalign misaligned
misalignment misplaced misprint moisture mold mould nick notch oil oxidation paint particle peeling pinhole pit pitting
pore porosity porous residue rip rust rusty scrape scrapes scratch scratched scuff shard smear smudge soiled spall
splinter splatter spill stain stained sticker swelling tarnish tear torn void warp warped water weld worn wrinkle
"""
CAUSES = """
because of|(?:is|are|was|were)?[ ]?caused|due to|owing to|as a result|result(?:s|ing|ed)? (?:of|from|in)
|lead(?:s|ing)? to|stem(?:s|ming)? from|originat\\w+|tool wear|operator error
|mishandl\\w+|overheat\\w+|vibration|impact|collision
|manufactur\\w+ (?:error|fault|defect)|suppl(?:y|ier)|shipment damage|transport
"""
CONSEQUENCES = """
safe(?:ty|ly)?|unsafe|danger\\w*|harmless|harmful|lifetime|will (?:fail|break|leak)|customers?|complaints?|cosmetic only
|purely cosmetic|functional(?:ity)?|hazard\\w*
"""
EXISTENCE = """
(?:does|do|did)(?:n't| not) exist|(?:is|are)(?:n't| not) (?:there|real|visible|present|marked|unusual|abnormal|affected)
|(?:is|are|be) (?:just |only |merely |probably |likely )?(?:an? )?
(?:false (?:alarm|positive)|art[ei]fact|reflection|noise)
|nothing to worry about|can be (?:ignored|disregarded)|negligible
"""
HAN_NAMES = """
划痕 划伤 刮痕 刮伤 擦伤 裂纹 裂痕 裂缝 开裂 破裂 断裂 凹坑 凹陷 压痕 碰伤 污渍 污点 污染 脏污
锈 腐蚀 氧化 毛刺 飞边 气泡 气孔 孔洞 针孔 砂眼 崩边 崩角 缺口 异物 杂质 磨损 变形 褶皱 折痕
起皮 脱落 烧伤 指纹 油污 水渍 霉 破损 损伤 损坏 色差(?!异) 毛发 灰尘 纤维
"""
HAN_CAUSES = "由于 导致 造成 引起 源于 起因 因为 操作失误 刀具"
HAN_EXISTENCE = "不存在 并不明显 并不异常 未被标记 属于误报 是误报 可以忽略(?!不计)"


def any_of(words: str) -> str:
    """Return a pattern of any of the words in a list with spaces between."""
    return "|".join(words.split())


def joined(pattern: str) -> str:
    """Return a pattern that is written over several lines in one."""
    return "".join(line.strip() for line in pattern.strip().split("\n"))
