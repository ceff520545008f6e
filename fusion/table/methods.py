"""Methods by name: what each is fitted to and how it is read again; `fusion.recipes` says what they are."""

from typing import ClassVar, Protocol, Self

from torch import Tensor

from fusion.table.closed import Mahalanobis, Memory, NonParametric
from fusion.table.config import TableConfig
from fusion.table.dte import Categorical, InverseGamma
from fusion.table.training import Training
from fusion.table.walks import PathStatistics, Reconstruction, ScoreVector


class Method(Protocol):
    """A fitted method: it scores standardised rows, each by itself."""

    trained: ClassVar[bool]  # whether fitting takes so long that it isn't done again for each fold

    @classmethod
    def fit(cls, x: Tensor, config: TableConfig, training: Training) -> Self:
        """Fit on standardised normals, (N, d)."""
        ...

    @classmethod
    def load(cls, state: dict[str, Tensor], config: TableConfig) -> Self:
        """Return what `state` saved."""
        ...

    def state(self) -> dict[str, Tensor]:
        """Return all that was fitted."""
        ...

    def __call__(self, x: Tensor) -> Tensor:
        """Return a score a row, (B, d) -> (B,): the higher, the more anomalous."""
        ...


METHODS: dict[str, type[Method]] = {
    "gaussian": Mahalanobis,
    "memory": Memory,
    "dte-np": NonParametric,
    "dte-c": Categorical,
    "dte-ig": InverseGamma,
    "ddpm": Reconstruction,
    "msma": ScoreVector,
    "diffpath": PathStatistics,
}
