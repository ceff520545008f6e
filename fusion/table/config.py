"""How a table's detector is fitted."""

from dataclasses import dataclass

from fusion.errors import BadSetting
from fusion.recipes import of_kind

DEFAULT = "memory"


@dataclass(frozen=True)
class TableConfig:
    method: str = DEFAULT  # a row of `fusion.recipes`
    neighbours: int = 5  # that tell the diffusion time (dte-np)
    steps: int = 1000  # of a network's training, at most 400 times through the normals
    paper_compat: bool = False  # do as the released code of DTE does, faults and all
    seed: int = 0  # of the folds, of training, and of who is left out of it

    def __post_init__(self) -> None:
        if self.method not in (known := [recipe.name for recipe in of_kind("tables")]):
            raise BadSetting(f"tables have no method {self.method!r}; choose {', '.join(known)}")
        if self.neighbours < 1 or self.steps < 0:
            raise BadSetting(f"{self.neighbours} neighbours and {self.steps} steps; choose 1 or more, and 0 or more")
