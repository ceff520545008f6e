"""Recipes: every method as one row, a short composition of a denoiser D, a walk, a residual and a calibration."""

from dataclasses import dataclass

from fusion.errors import BadSetting
from fusion.modelfile import Kind


@dataclass(frozen=True)
class Recipe:
    """What a method is, without any of its code."""

    name: str  # what --method takes
    kinds: tuple[Kind, ...]  # of data that it judges
    title: str
    composition: str  # denoiser; walk; residual; calibration
    source: str
    licence: str  # of the source's released code, none of which is in Foil
    cost: str
    good_for: str
    trained: bool = False  # a network is trained, which methods of pictures share


_OWN = "none of others' code is used; Apache-2.0"
_DTE = "released code (vicliv/DTE) without a licence; written from the paper"
_FOUR = "minutes of training; four calls a picture"
_EVERY: tuple[Kind, ...] = ("pictures", "movements", "tables")

RECIPES = (
    Recipe(
        "gaussian",
        _EVERY,
        "Gaussian (Mahalanobis distance)",
        "the Gaussian's denoiser in whitened coordinates; no walk; |x - D(x)|; held-out normals",
        "Mahalanobis 1936; on features: PaDiM [Defard et al. 2021]",
        _OWN,
        "seconds to fit; one product of matrices a sample",
        "few normals, columns that move together, a first answer at once",
    ),
    Recipe(
        "memory",
        _EVERY,
        "Memory (nearest normal)",
        "the ideal denoiser of the normals at sigma -> 0; no walk; |x - D(x)|; held-out normals",
        "De Bortoli 2022; as a detector: PatchCore [Roth et al. 2022]",
        _OWN,
        "nothing to fit; time and space grow with the normals",
        "normals of many kinds, any shape of their cloud",
    ),
    Recipe(
        "neural",
        ("pictures", "movements"),
        "Neural (trained, hears words)",
        "a network around the Gaussian's denoiser; several sigmas without noise; |x - D(x)|; held-out normals",
        "EDM [Karras et al. 2022]; conditions after AnomalyXFusion [Hu et al. 2024]",
        _OWN,
        "minutes of training; a call of the network a sigma",
        "words, masks and skeletons that must count; texture with structure",
        trained=True,
    ),
    Recipe(
        "future",
        ("movements",),
        "Future (given the past)",
        "the Gaussian of what comes next given what came; no walk, or samples of it; |x - D(x)|; held-out people",
        "after MoCoDAD [Flaborea et al. 2023], in closed form",
        _OWN,
        "seconds to fit; one product of matrices a movement",
        "movements whose order in time matters",
    ),
    Recipe(
        "dte-np",
        ("tables",),
        "DTE, non-parametric",
        "memory of normals; no walk; mode of the noise level's inverse-gamma posterior; held-out normals",
        "Livernoche et al., ICLR 2024 (arXiv 2305.18593)",
        _DTE,
        "as memory",
        "what memory is for, where single normals may be odd: five neighbours vote",
    ),
    Recipe(
        "dte-c",
        ("tables",),
        "DTE, categorical",
        "a network in D's place tells the noise level; no walk; mean of seven stretches of time; held-out normals",
        "Livernoche et al., ICLR 2024 (arXiv 2305.18593)",
        _DTE,
        "a minute of training at most; one call a row, whatever the number of normals",
        "many normals and little time a row",
    ),
    Recipe(
        "dte-ig",
        ("tables",),
        "DTE, inverse gamma",
        "a network in D's place tells the noise level's posterior; no walk; its mode; held-out normals",
        "Livernoche et al., ICLR 2024 (arXiv 2305.18593)",
        _DTE,
        "as dte-c",
        "a time without bins; weaker than dte-c in the paper, and no better here",
    ),
    Recipe(
        "ddpm",
        ("pictures", "tables"),
        "DDPM, reconstruction",
        "a network around the Gaussian's denoiser; steps down from about sigma 1, without noise; |x - x0|; "
        "held-out normals",
        "Ho et al. 2020, as a baseline in Livernoche et al. 2024; without noise as in D3AD",
        _DTE,
        "minutes of training; four calls a picture, ten a row",
        "a normal version of every place and column",
        trained=True,
    ),
    Recipe(
        "anoddpm",
        ("pictures",),
        "AnoDDPM, partial diffusion",
        "the network; noise of sigma 0.96, four steps down; |x - x0|; held-out normals",
        "Wyatt et al., CVPR workshops 2022 (AnoDDPM)",
        "released code (Julian-Wyatt/AnoDDPM) under MIT; written from the paper",
        _FOUR,
        "the method that others are measured against; its noise costs what is faint",
        trained=True,
    ),
    Recipe(
        "simplex",
        ("pictures",),
        "AnoDDPM, noise in octaves",
        "a copy of the network that learnt noise in blobs; such of sigma 0.96, four steps down; |x - x0|; held-out "
        "normals",
        "Wyatt et al., CVPR workshops 2022 (AnoDDPM), its simplex noise by its spectrum",
        "released code (Julian-Wyatt/AnoDDPM) under MIT; written from the paper",
        "minutes of training, and up to half as many more; four calls a picture",
        "defects as large as what they lie on, which white noise leaves",
        trained=True,
    ),
    Recipe(
        "ddad",
        ("pictures",),
        "DDAD, conditioned on the sample",
        "the network; noise of sigma 1, four steps down, each drawn back to the sample; |x - x0|; held-out normals",
        "Mousakhan et al. 2023 (DDAD, arXiv 2305.15956), without its tuning on test pictures",
        "released code (arimousa/DDAD) under MIT; written from the paper",
        _FOUR,
        "keeping what differs between good parts",
        trained=True,
    ),
    Recipe(
        "autoddpm",
        ("pictures",),
        "AutoDDPM: mask, stitch, re-sample",
        "the network under a mask; a walk down, what changed most is marked and filled in from around; "
        "|x - x0| of both; held-out normals",
        "Bercea et al. 2023 (arXiv 2305.19643)",
        "released code (ci-ber/autoDDPM) under GPL-3, not looked at; written from the paper",
        "minutes of training; eight calls a picture",
        "few false marks beside a defect",
        trained=True,
    ),
    Recipe(
        "thor",
        ("pictures",),
        "THOR, harmonised on the way",
        "the network; noise of sigma 1.58, four steps down, after each what is as normals have it is put back; "
        "|x - x0|; held-out normals",
        "Bercea et al., MICCAI 2024 (THOR, arXiv 2403.08464), its anomaly map from distances instead of LPIPS",
        "released code (ci-ber/THOR_DDPM) without a licence; written from the paper",
        _FOUR,
        "few false marks beside a defect",
        trained=True,
    ),
    Recipe(
        "transfusion",
        ("pictures",),
        "TransFusion, by transparency",
        "the network under the mask of the step before; six steps by which what is wrong fades, no noise; |x - x0| and "
        "the mean mask; held-out normals",
        "Fucka et al., ECCV 2024 (TransFusion, arXiv 2311.09999), without its trained mask: what normals have draws it",
        "released code (MaticFuc/ECCV_TransFusion) under MIT; written from the paper",
        "minutes of training; six calls a picture",
        "a mask of the defect, and nothing changed outside it",
        trained=True,
    ),
    Recipe(
        "glad",
        ("pictures",),
        "GLAD, adaptive step and fusion",
        "the network; a walk down from sigma 4 until it leaves what one step says; from there each place keeps its own "
        "or takes the walk's; |x - x0|; held-out normals",
        "Yao et al., ECCV 2024 (GLAD, arXiv 2406.07487)",
        "released code (hyao1/GLAD) under MIT; written from the paper, with the sign that decodes to the clean sample",
        "minutes of training; eight calls a picture",
        "defects of very different sizes",
        trained=True,
    ),
    Recipe(
        "imputation",
        ("pictures",),
        "Imputation by complementary gratings",
        "the network under a mask; each half of the places filled in from the other; |x - x0|; held-out normals",
        "mDDPM [Iqbal et al. 2023], ImDiffusion [Chen et al. 2024] on pictures",
        "released code (hasan1292/mDDPM MIT; 17000cyh/IMDiffusion without a licence); written from the papers",
        "minutes of training; six calls a picture",
        "what a place hides when it may vouch for itself",
        trained=True,
    ),
    Recipe(
        "fndm",
        ("pictures",),
        "FNDM, told that it is normal",
        "the network; four steps up from sigma 0.5 to 2, four down under the word normal, by a multi-step solver; "
        "|x - x0|; held-out normals",
        "after Li et al., MICCAI 2023 (FNDM), by its abstract: without its pixel-wise conditions and without labels",
        "no code is released; written from its abstract, after its kin [Wolleb et al. 2022; AnoFPDM]",
        "minutes of training; twelve calls a picture",
        "what the word normal would change; all else comes back as it was",
        trained=True,
    ),
    Recipe(
        "msma",
        ("pictures", "tables"),
        "MSMA, score-norm vector",
        "the network; several sigmas without noise; the vector of sigma |s(x, sigma)|, its distance to normals'; "
        "held-out normals",
        "Mahmood et al., ICLR 2021 (MSMA)",
        "released code (ahsanMah/msma) without a licence; written from the paper",
        "minutes of training; four calls a picture, ten a row",
        "what is too plain as well as too odd: no single length of the score tells both",
        trained=True,
    ),
    Recipe(
        "diffpath",
        ("pictures", "tables"),
        "DiffPath, path statistics",
        "the network; steps up to noise; eps along them and its change, their distance to those of normals; "
        "held-out normals",
        "Heng et al., NeurIPS 2024 (DiffPath)",
        "released code (clear-nus/diffpath) under MIT; written from the paper",
        "as msma",
        "telling worlds apart by how a path bends; here with a denoiser of the data's own, not a foreign one",
        trained=True,
    ),
    Recipe(
        "inversionad",
        ("pictures",),
        "InversionAD",
        "the network; three steps up to noise; |z| there; held-out normals",
        "InversionAD (2025, arXiv 2504.05662), without statistics of the test set",
        "released code (SkyShunsuke/InversionAD) under MIT; written from the paper",
        "minutes of training; three calls a picture",
        "a score without any normal version",
        trained=True,
    ),
    Recipe(
        "diffusionad",
        ("pictures",),
        "DiffusionAD, two calls",
        "the network; one call at sigma 2 corrects one at sigma 0.7; |x - x0|; held-out normals",
        "Zhang et al. 2023 (DiffusionAD, arXiv 2303.08730), without its segmenter",
        "released code (HuiZhang0812/DiffusionAD) under MIT by its README; written from the paper",
        "minutes of training; two calls a picture",
        "little time a picture",
        trained=True,
    ),
    Recipe(
        "mdps",
        ("pictures",),
        "Posterior samples",
        "the network; four noisy walks; |x - their mean|; held-out normals",
        "after MDPS (IJCAI 2024, arXiv 2404.17900), without gradients through the network",
        "released code (KevinBHLin/MDPS) without a licence; written from the paper",
        "minutes of training; sixteen calls a picture",
        "less chance in what one noisy walk says",
        trained=True,
    ),
    Recipe(
        "d3ad",
        ("pictures",),
        "D3AD, dynamic steps",
        "the network; DTE's noise level of the sample says where the walk starts and how long it is; no noise; "
        "|x - x0|; held-out normals",
        "Tebbe & Tayyub, CVPR workshops 2024 (D3AD, arXiv 2401.04463)",
        "released code (JustinTebbe/D3AD) under MIT; written from the paper",
        "minutes of training; one call a good picture, up to eight a bad one",
        "little time on what is plainly good",
        trained=True,
    ),
    Recipe(
        "hybrid",
        ("pictures",),
        "DTE + reconstruction",
        "DTE's noise level of the sample: where 95 of 100 normals have it, the Gaussian judges; else as d3ad; "
        "held-out normals",
        "the survey's hybrid, of which there is no published system",
        _OWN,
        "minutes of training; no call for most good pictures, up to eight a bad one",
        "as d3ad, where nearly everything is good",
        trained=True,
    ),
    Recipe(
        "distilled",
        ("pictures",),
        "Distilled to one call",
        "a copy of the network that learnt where the noisy walks of mdps end; one call, no noise; |x - S(x)|; held-out "
        "normals",
        "after progressive distillation [Salimans & Ho, ICLR 2022; ProDiffAD 2024], here of a whole walk at once",
        "released code (AiShare-WHU/ProDiffAD) without a licence; written from the idea",
        "minutes of training, and up to half as many more; one call a picture",
        "what mdps says, at a sixteenth of its calls",
        trained=True,
    ),
    Recipe(
        "odd",
        ("pictures",),
        "ODD, learnt similarity",
        "the network; two steps down from sigma 1, 2 and 4, no noise; |x| and the |x - x0|, weighed as painted defects "
        "taught; held-out normals",
        "after Wang, ICIP 2023 (ODD), by its abstract: a logistic regression for its network, painted defects for its "
        "outliers",
        "no code is released; written from the abstract",
        "minutes of training; six calls a picture",
        "distances of which some tell defects, and others only noise",
        trained=True,
    ),
)

TRAINED = frozenset(row.name for row in RECIPES if row.trained)


def of_kind(kind: Kind) -> list[Recipe]:
    return [recipe for recipe in RECIPES if kind in recipe.kinds]


def recipe(name: str) -> Recipe:
    """Return a method's row; BadSetting names the known ones."""
    for row in RECIPES:
        if row.name == name:
            return row
    raise BadSetting(f"there is no method {name!r}; known are {', '.join(row.name for row in RECIPES)}")
