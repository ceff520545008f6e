"""Small made-up examples for what learns and what was learnt: tokens on a grid, with pairs of defects and captions."""

import torch
from torch import Tensor

from fusion.condition import Condition, nothing
from fusion.diffusion.network import Network, NetworkConfig
from fusion.learning.examples import Captions, Normals, Pairs
from fusion.told import Said

GRID = (5, 7)
P, C, T = GRID[0] * GRID[1], 6, 8
KINDS = 9


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def config(**options: int) -> NetworkConfig:
    return NetworkConfig(2 * C, 2 * C, GRID, **{"width": 48, "depth": 2, "image": C, "text": T, **options})


def network(awake: bool = True, seed: int = 0, **options: int) -> Network:
    """Return a network as it begins, or one that training has moved: every weight, so that nothing is silent."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = Network(config(**options)).eval()
    if awake:
        generator = torch.Generator().manual_seed(seed + 1)
        with torch.no_grad():
            for weight in made.parameters():
                weight.add_(0.1 * torch.randn(weight.shape, generator=generator))
    return made


def condition(batch: int, present: tuple[bool, ...] = (True, True, True, True), seed: int = 0) -> Condition:
    """Return a condition of which only some modalities are present, though all have values."""
    mask = (normal(batch, P, seed=seed + 3) > 0).float()
    values = (normal(batch, C, seed=seed), normal(batch, T, seed=seed + 1), mask, normal(batch, 17, 3, seed=seed + 2))
    return Condition(*values, torch.tensor([present] * batch))


def empty(batch: int) -> Condition:
    return nothing(batch, P, C, T)


def units(*shape: int, seed: int = 0) -> Tensor:
    return torch.nn.functional.normalize(normal(*shape, seed=seed), dim=-1)


def colour() -> Tensor:
    """Return a map from whitened tokens to standardised ones, a different one at every place."""
    root = torch.tril(0.3 * normal(P, C, C, seed=5)) + torch.eye(C)
    return root / root.norm(dim=-1, keepdim=True)


def normals(n: int = 24, described: bool = False) -> Normals:
    """Return good parts of which some are described and posed, or none."""
    some = (torch.arange(n) % 2 == 0) & described
    x = normal(n, P, C).half()
    said = Said(units(n, T, seed=1), some, normal(n, 17, 3, seed=2), some)
    return Normals(x, said, x.clone() if described else None)


def pairs(of: Normals, count: int = 40) -> Pairs:
    """Return pairs of defects, two cells each, in two corners, far off along a channel; kinds 0 to 8 in turn."""
    base = torch.arange(count) % len(of.x)
    kinds = torch.stack([torch.arange(count) % KINDS, (torch.arange(count) + 4) % KINDS], dim=1)
    masks = torch.zeros(count, 2, P)
    masks[:, 0, :2], masks[:, 1, -2:] = torch.tensor([1.0, 0.1]), torch.tensor([0.1, 1.0])
    clean = of.x[base].float()
    defects = 20 * (masks > 0).float()[..., None] * torch.nn.functional.one_hot(kinds % C, C).float()[:, :, None]
    one, other = (clean + defects[:, at] for at in (0, 1))
    both = clean + defects.sum(dim=1)
    return Pairs(base, one.half(), other.half(), both.half(), masks, kinds, torch.full((count, 2), 0.5))


def captions() -> Captions:
    return Captions(units(KINDS, 24, T, seed=3), units(5, T, seed=4))
