"""Joint sets that need no mapping file: COCO, OpenPose, Halpe, and the 39 markers of Vicon's Plug-in Gait."""

from fusion.motion.joints import COCO, Convention, JointSet, both, sides

_LIMBS = both(("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"), ("eye", "ear"))
_FACE = (("nose", "left eye"), ("nose", "right eye"))
_NECK = (("nose", "neck"), ("neck", "left shoulder"), ("neck", "right shoulder"))
_HIPS = (("neck", "mid hip"), ("mid hip", "left hip"), ("mid hip", "right hip"))
_FEET = both(("ankle", "heel"), ("ankle", "big toe"), ("big toe", "small toe"))
_ANKLES = tuple((f"{side} ankle", f"{side} knee", f"{side} ankle", f"{side} big toe") for side in ("left", "right"))
_ARM = ("shoulder", "elbow", "wrist")
_LEG = ("hip", "knee", "ankle")

BODY_25 = JointSet(
    "BODY_25",  # OpenPose's default
    (
        *("nose", "neck", *(f"right {part}" for part in _ARM), *(f"left {part}" for part in _ARM)),
        *("mid hip", *(f"right {part}" for part in _LEG), *(f"left {part}" for part in _LEG)),
        *("right eye", "left eye", "right ear", "left ear"),
        *(f"{side} {part}" for side in ("left", "right") for part in ("big toe", "small toe", "heel")),
    ),
    (*_LIMBS, *_FACE, *_NECK, *_HIPS, *_FEET),
    ("mid hip",),
    (*COCO.angles, *_ANKLES),
)
COCO_18 = JointSet(
    "COCO-18",  # OpenPose's older model: COCO's joints and a neck
    (
        *("nose", "neck", *(f"right {part}" for part in _ARM), *(f"left {part}" for part in _ARM)),
        *(*(f"right {part}" for part in _LEG), *(f"left {part}" for part in _LEG)),
        *("right eye", "left eye", "right ear", "left ear"),
    ),
    (*_LIMBS, *_FACE, *_NECK, ("neck", "left hip"), ("neck", "right hip")),
    sides("hip"),
    COCO.angles,
)
HALPE_26 = JointSet(
    "Halpe-26",  # AlphaPose's bodies with feet
    (*COCO.joints, "head", "neck", "mid hip", *sides("big toe", "small toe", "heel")),
    (*_LIMBS, *_FACE, *_NECK, *_HIPS, *_FEET, ("head", "neck")),
    ("mid hip",),
    (*COCO.angles, *_ANKLES),
)

# What people call the markers of one side, in the order of files; L or R stands before the markers' names.
_ARM_MARKERS = (
    *(("SHO", "shoulder"), ("UPA", "upper arm"), ("ELB", "elbow"), ("FRM", "forearm"), ("WRA", "wrist")),
    *(("WRB", "outer wrist"), ("FIN", "hand")),
)
_LEG_MARKERS = (
    *(("THI", "thigh"), ("KNE", "knee"), ("TIB", "shin"), ("ANK", "ankle"), ("HEE", "heel"), ("TOE", "toes")),
)
_BODY_MARKERS = (
    *(("LFHD", "left forehead"), ("RFHD", "right forehead"), ("LBHD", "left back of the head")),
    *(("RBHD", "right back of the head"), ("C7", "base of the neck"), ("T10", "back"), ("CLAV", "collarbone")),
    *(("STRN", "breastbone"), ("RBAK", "right shoulder blade")),
)
_PELVIS_MARKERS = (
    *(("LASI", "left hip"), ("RASI", "right hip"), ("LPSI", "left back of the pelvis")),
    ("RPSI", "right back of the pelvis"),
)
_PLUG_IN_GAIT = (
    *_BODY_MARKERS,
    *((f"L{marker}", f"left {words}") for marker, words in _ARM_MARKERS),
    *((f"R{marker}", f"right {words}") for marker, words in _ARM_MARKERS),
    *_PELVIS_MARKERS,
    *((f"L{marker}", f"left {words}") for marker, words in _LEG_MARKERS),
    *((f"R{marker}", f"right {words}") for marker, words in _LEG_MARKERS),
)


def _on_both_sides(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{side}{one}", f"{side}{other}") for one, other in pairs for side in "LR")


PLUG_IN_GAIT = JointSet(
    "plug-in-gait-39",
    tuple(marker for marker, _ in _PLUG_IN_GAIT),
    (
        *(("LFHD", "RFHD"), ("LBHD", "RBHD"), ("LFHD", "LBHD"), ("RFHD", "RBHD"), ("C7", "LBHD"), ("C7", "RBHD")),
        *(("C7", "T10"), ("C7", "CLAV"), ("CLAV", "STRN"), ("STRN", "T10"), ("C7", "RBAK"), ("RBAK", "T10")),
        *(("CLAV", "LSHO"), ("CLAV", "RSHO"), ("C7", "LSHO"), ("C7", "RSHO")),
        *_on_both_sides(("SHO", "UPA"), ("UPA", "ELB"), ("ELB", "FRM"), ("FRM", "WRA"), ("FRM", "WRB")),
        *_on_both_sides(("WRA", "WRB"), ("WRA", "FIN"), ("WRB", "FIN"), ("ASI", "PSI")),
        *(("LASI", "RASI"), ("LPSI", "RPSI"), ("T10", "LPSI"), ("T10", "RPSI")),
        # the thigh from the back of the pelvis: as the hip bends, the front comes 3 cm nearer to it, the back 1 cm
        *_on_both_sides(("PSI", "THI"), ("THI", "KNE"), ("KNE", "TIB"), ("TIB", "ANK")),
        *_on_both_sides(("ANK", "HEE"), ("ANK", "TOE"), ("HEE", "TOE")),
    ),
    ("LASI", "RASI", "LPSI", "RPSI"),
    (
        *(
            (f"{words} {bends}", f"{side}{one}", f"{side}{marker}", f"{side}{other}")
            for bends, one, marker, other in (
                ("elbow", "SHO", "ELB", "WRA"),
                ("knee", "ASI", "KNE", "ANK"),
                ("hip", "SHO", "ASI", "KNE"),
                ("shoulder", "ASI", "SHO", "ELB"),
                ("ankle", "KNE", "ANK", "TOE"),
            )
            for side, words in (("L", "left"), ("R", "right"))
        ),
        ("trunk", "C7", "T10", "LPSI"),  # no marker is in the pelvis' middle; this one is 5 cm beside it
    ),
    _PLUG_IN_GAIT,
    Convention(("x", "y", "z"), "mm", up="z"),
)

BUILT_IN = {joints.name: joints for joints in (COCO, BODY_25, COCO_18, HALPE_26, PLUG_IN_GAIT)}
