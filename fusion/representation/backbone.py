"""A pretrained network as representation, where its weights are at hand: timm, open_clip, or an autoencoder's latents.

A backbone is a choice of the user, never a need: `auto` means none, since the wavelets alone measured better than with
MobileNetV2 beside them (docs/benchmark.md). Its weights travel inside the model's folder, so nothing changes later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from fusion.errors import BadSetting, loading
from fusion.modality import clip
from fusion.representation import autoencoder
from fusion.representation.autoencoder import Latents

ONLY = "only:"  # before a name: without the wavelets beside it
CHANNELS = 160  # more are projected down at random but fixed: covariances grow with the square


@dataclass(frozen=True)
class BackboneConfig:
    name: str
    library: str  # timm | open_clip | diffusers
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    side: int = 0  # px of the only input size it takes; 0 = any
    settings: dict[str, Any] = field(default_factory=dict)  # of an autoencoder, whose name says nothing of its shape
    alone: bool = False  # without the wavelets beside it


@dataclass(frozen=True, eq=False)
class Backbone:
    config: BackboneConfig
    network: nn.Module
    projection: Tensor | None  # (C, CHANNELS) with orthonormal columns

    @torch.no_grad()  # never trained: a graph a picture would fill the memory, and callers' modes don't reach threads
    def __call__(self, picture: Tensor, grid: tuple[int, int]) -> Tensor:
        """Return features of pictures with values in [0, 1], (B, 3, H, W) -> (B, C, rows, columns)."""
        x = (picture - torch.tensor(self.config.mean)[:, None, None]) / torch.tensor(self.config.std)[:, None, None]
        if isinstance(self.network, Latents):
            cells = self.network.cells(x, grid)
        else:
            timm = self.config.library == "timm"
            maps = _timm_maps(self.network, x, self.config.side) if timm else _clip_maps(self.network, x)
            cells = torch.cat([to_grid(one, grid) for one in maps], dim=1)
        return cells if self.projection is None else torch.einsum("bchw,cd->bdhw", cells, self.projection)

    def state(self) -> dict[str, Tensor]:
        """Return every tensor that it takes to build this backbone again."""
        state = {f"network.{key}": value for key, value in self.network.state_dict().items()}
        return state if self.projection is None else {**state, "projection": self.projection}


def load_backbone(spec: str, seed: int) -> Backbone | None:
    """Load `auto`, `none`, `[only:]<timm or open_clip name>[:weights file]` or `[only:]autoencoder:<folder or hub id>`.

    None stands for no backbone. BadSetting says what is unknown or missing. Only a name without a file may download,
    from the hub it belongs to.
    """
    if spec in ("auto", "none"):
        return None
    bare, latents = spec.removeprefix(ONLY), _autoencoder_in(spec)
    name, _, file = bare.partition(":")
    if file and latents is None:
        clip.check_weights(file)
    own = f"a weights file that belongs to it ({name}:FILE.safetensors)"
    if latents is not None:
        own = f"a folder that AutoencoderTiny or AutoencoderKL wrote ({name}:FOLDER)"
    instead = f"Give {own}, let this machine reach the hub once, or use --backbone none"
    with loading(f"backbone {spec!r}", instead):
        config, network = _build(name, file or None) if latents is None else _latents(latents)
        config = replace(config, alone=spec != bare)
        width = Backbone(config, network, None)(torch.zeros(1, 3, 224, 160), (7, 5)).shape[1]
    if width <= CHANNELS:
        return Backbone(config, network, None)
    noise = torch.randn(width, CHANNELS, generator=torch.Generator().manual_seed(seed))
    return Backbone(config, network, torch.linalg.qr(noise)[0].contiguous())


def round_trip(spec: str, pictures: Sequence[NDArray[np.uint8]]) -> float | None:
    """Return the floor under an autoencoder's latents, in dB (`autoencoder.floor`); None for any other backbone."""
    where = _autoencoder_in(spec)
    if where is None:
        return None
    return round(autoencoder.floor(autoencoder.load_autoencoder(where), pictures), 1)


def rebuild_backbone(config: BackboneConfig, state: dict[str, Tensor]) -> Backbone:
    """Build the backbone again that `state()` described, without any download."""
    if config.settings:
        network: nn.Module = autoencoder.bare_latents(config.settings)
    else:
        _, network = _build(config.name, None, pretrained=False)
    network.load_state_dict({key[8:]: value for key, value in state.items() if key.startswith("network.")})
    return Backbone(config, network.eval(), state.get("projection"))


def _autoencoder_in(spec: str) -> str | None:
    """Return the folder or hub id of the autoencoder that a backbone's name means; None where it means none."""
    bare = spec.removeprefix(ONLY)
    return bare.removeprefix(autoencoder.PREFIX) if bare.startswith(autoencoder.PREFIX) else None


def _latents(where: str) -> tuple[BackboneConfig, nn.Module]:
    whole = autoencoder.load_autoencoder(where)
    half = (0.5, 0.5, 0.5)  # it takes values from -1 to 1
    name = autoencoder.PREFIX + Path(where).name
    return BackboneConfig(name, "diffusers", half, half, settings=autoencoder.settings_of(whole)), Latents(whole).eval()


def _build(name: str, file: str | None, pretrained: bool = True) -> tuple[BackboneConfig, nn.Module]:
    import timm

    if timm.is_model(name):
        if file:
            _check_belongs(timm.create_model(name).state_dict(), file)
        stages = timm.create_model(name, features_only=True).feature_info.reduction()
        wanted = [at for at, reduction in enumerate(stages) if reduction in (8, 16)] or [len(stages) - 1]
        overlay = {"file": file} if file else None
        network = timm.create_model(
            name, features_only=True, out_indices=wanted, pretrained=pretrained, pretrained_cfg_overlay=overlay
        )
        defaults = timm.get_pretrained_cfg(name)
        size = defaults.input_size[1] if defaults.fixed_input_size else 0
        return BackboneConfig(name, "timm", tuple(defaults.mean), tuple(defaults.std), size), network.eval()
    if not clip.is_clip(name):
        raise BadSetting(
            f"backbone {name!r} is neither a timm nor an open_clip model; see timm.list_models() and "
            "open_clip.list_models(), or use --backbone none"
        )
    model = clip.load_clip(f"{name}:{file or ''}") if pretrained else clip.bare_clip(name)
    clip.check_patches(model.visual, name)
    return BackboneConfig(name, "open_clip", *clip.colours_of(model)), model.visual


def _check_belongs(expected: dict[str, Tensor], file: str) -> None:
    """Raise BadSetting unless nearly all of a network's tensors are in the file: timm itself leaves others random."""
    from safetensors import safe_open

    with safe_open(file, "pt") as tensors:
        shapes = {key: tuple(tensors.get_slice(key).get_shape()) for key in tensors.keys()}  # noqa: SIM118 - no mapping
    found = sum(shapes.get(key) == tuple(value.shape) for key, value in expected.items())
    if found < 0.9 * len(expected):
        raise BadSetting(
            f"{file}: only {found} of the network's {len(expected)} tensors are in it; give one that belongs to it"
        )


def _timm_maps(network: nn.Module, x: Tensor, side: int) -> list[Tensor]:
    """Return a network's maps, (B, C, h, w) each; pictures take a size that suits it."""
    in_patches = any("patch_embed" in key for key in network.state_dict())
    size = [side or (32 * max(2, round(length / 32)) if in_patches else length) for length in x.shape[-2:]]
    if list(x.shape[-2:]) != size:
        x = F.interpolate(x, size, mode="bilinear", antialias=True)
    info: Any = network.feature_info
    maps = zip(network(x), info.channels(), strict=True)
    return [one if one.shape[1] == channels else one.permute(0, 3, 1, 2) for one, channels in maps]


def _clip_maps(visual: nn.Module, x: Tensor) -> list[Tensor]:
    """Return the patch tokens of the middle and the last block as maps, (B, C, h, w) each."""
    depth = clip.depth_of(visual)
    return clip.patches(visual, x, [depth // 2 - 1, depth - 1])


def to_grid(x: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return maps on another grid, averaged where that has fewer cells, (B, C, h, w) -> (B, C, rows, columns)."""
    if x.shape[-2] >= grid[0] and x.shape[-1] >= grid[1]:
        return F.adaptive_avg_pool2d(x, grid)
    return F.interpolate(x, grid, mode="bilinear")
