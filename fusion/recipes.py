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


_OWN = "none of others' code is used; Apache-2.0"
_DTE = "released code (vicliv/DTE) without a licence; written from the paper"
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
        ("tables",),
        "DDPM, reconstruction",
        "a network around the Gaussian's denoiser; ten steps down from sigma 0.63, without noise; |x - x0|; "
        "held-out normals",
        "Ho et al. 2020, as a baseline in Livernoche et al. 2024",
        _DTE,
        "a minute of training at most; ten calls a row",
        "a normal version of every row, column by column",
    ),
    Recipe(
        "msma",
        ("tables",),
        "MSMA, score-norm vector",
        "the same denoiser; ten sigmas without noise; the vector of sigma |s(x, sigma)|, its distance to normals'; "
        "held-out normals",
        "Mahmood et al., ICLR 2021 (MSMA)",
        "released code (ahsanMah/msma) without a licence; written from the paper",
        "as ddpm",
        "rows that are too plain as well as too odd: no single length of the score tells both",
    ),
    Recipe(
        "diffpath",
        ("tables",),
        "DiffPath, path statistics",
        "the same denoiser; ten steps up; mean powers of eps and of its change, their distance to those of normals; "
        "held-out normals",
        "Heng et al., NeurIPS 2024 (DiffPath)",
        "released code (clear-nus/diffpath) under MIT; written from the paper",
        "as ddpm",
        "telling worlds apart by how a path bends; here with a denoiser of the table's own, not a foreign one",
    ),
)


def of_kind(kind: Kind) -> list[Recipe]:
    return [recipe for recipe in RECIPES if kind in recipe.kinds]


def recipe(name: str) -> Recipe:
    """Return a method's row; BadSetting names the known ones."""
    for row in RECIPES:
        if row.name == name:
            return row
    raise BadSetting(f"there is no method {name!r}; known are {', '.join(row.name for row in RECIPES)}")
