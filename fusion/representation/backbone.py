"""A pretrained network as representation, where its weights are at hand: any timm or open_clip name.

A backbone is a choice of the user, never a need: `auto` means none, since the wavelets alone measured better than with
MobileNetV2 beside them (docs/benchmark.md). Its weights travel inside the model's folder, so nothing changes later.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fusion.errors import BadSetting

CHANNELS = 160  # more are projected down at random but fixed: covariances grow with the square


@dataclass(frozen=True)
class BackboneConfig:
    name: str
    library: str  # timm | open_clip
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Backbone:
    config: BackboneConfig
    network: nn.Module
    projection: Tensor | None  # (C, CHANNELS) with orthonormal columns

    def __call__(self, picture: Tensor, grid: tuple[int, int]) -> Tensor:
        """Return features of pictures with values in [0, 1], (B, 3, H, W) -> (B, C, rows, columns)."""
        x = (picture - torch.tensor(self.config.mean)[:, None, None]) / torch.tensor(self.config.std)[:, None, None]
        maps = self.network(x) if self.config.library == "timm" else _clip_maps(self.network, x)
        cells = torch.cat([_to_grid(one, grid) for one in maps], dim=1)
        return cells if self.projection is None else torch.einsum("bchw,cd->bdhw", cells, self.projection)

    def state(self) -> dict[str, Tensor]:
        """Return every tensor that it takes to build this backbone again."""
        state = {f"network.{key}": value for key, value in self.network.state_dict().items()}
        return state if self.projection is None else {**state, "projection": self.projection}


def load_backbone(spec: str, seed: int) -> Backbone | None:
    """Load `auto`, `none` or `<timm or open_clip name>[:weights file]`; None stands for no backbone.

    BadSetting says what is unknown or missing. Only `<name>` without a file may download, from the hub it belongs to.
    """
    if spec in ("auto", "none"):
        return None
    name, _, file = spec.partition(":")
    if file and not (Path(file).is_file() and file.endswith(".safetensors")):
        raise BadSetting(
            f"backbone weights {file!r}: expected an existing .safetensors file (other formats can run code when "
            "read); convert it with safetensors.torch.save_file"
        )
    try:
        config, network = _build(name, file or None)
    except (OSError, RuntimeError, ValueError) as error:
        raise BadSetting(
            f"backbone {spec!r} could not be loaded: {str(error).splitlines()[0]}. Give a weights file that "
            f"belongs to it ({name}:FILE.safetensors), let this machine reach the hub once, or use --backbone none"
        ) from error
    plain = Backbone(config, network, None)
    width = plain(torch.zeros(1, 3, 224, 224), (7, 7)).shape[1]
    if width <= CHANNELS:
        return plain
    noise = torch.randn(width, CHANNELS, generator=torch.Generator().manual_seed(seed))
    return Backbone(config, network, torch.linalg.qr(noise)[0].contiguous())


def rebuild_backbone(config: BackboneConfig, state: dict[str, Tensor]) -> Backbone:
    """Build the backbone again that `state()` described, without any download."""
    _, network = _build(config.name, None, pretrained=False)
    network.load_state_dict({key[8:]: value for key, value in state.items() if key.startswith("network.")})
    return Backbone(config, network.eval(), state.get("projection"))


def _build(name: str, file: str | None, pretrained: bool = True) -> tuple[BackboneConfig, nn.Module]:
    import timm

    if timm.is_model(name):
        overlay = {"file": file} if file else None
        options: dict[str, Any] = {"features_only": True, "pretrained": pretrained, "pretrained_cfg_overlay": overlay}
        stages = timm.create_model(name, features_only=True).feature_info.reduction()
        wanted = [at for at, reduction in enumerate(stages) if reduction in (8, 16)] or [len(stages) - 1]
        network = timm.create_model(name, out_indices=wanted, **options).eval()
        defaults = timm.get_pretrained_cfg(name)
        return BackboneConfig(name, "timm", tuple(defaults.mean), tuple(defaults.std)), network
    import open_clip

    if name.split("/")[0] not in open_clip.list_models():
        raise BadSetting(
            f"backbone {name!r} is neither a timm nor an open_clip model; see timm.list_models() and "
            "open_clip.list_models(), or use --backbone none"
        )
    architecture, _, tag = name.partition("/")
    model = open_clip.create_model(architecture, pretrained=(file or tag or None) if pretrained else None)
    visual = model.visual
    mean, std = open_clip.get_model_preprocess_cfg(model)["mean"], open_clip.get_model_preprocess_cfg(model)["std"]
    return BackboneConfig(name, "open_clip", tuple(mean), tuple(std)), visual.eval()


def _clip_maps(visual: nn.Module, x: Tensor) -> list[Tensor]:
    """Return the patch tokens of the middle and the last block as maps, (B, C, h, w) each."""
    side: Any = visual.image_size
    size = (side, side) if isinstance(side, int) else tuple(side)
    x = F.interpolate(x, size, mode="bilinear", antialias=True)
    depth = len(visual.transformer.resblocks)  # type: ignore[union-attr, arg-type]
    out: dict[str, list[Tensor]] = visual.forward_intermediates(  # type: ignore[operator]
        x, indices=[depth // 2 - 1, depth - 1], intermediates_only=True, output_fmt="NCHW"
    )
    return out["image_intermediates"]


def _to_grid(x: Tensor, grid: tuple[int, int]) -> Tensor:
    if x.shape[-2] >= grid[0] and x.shape[-1] >= grid[1]:
        return F.adaptive_avg_pool2d(x, grid)
    return F.interpolate(x, grid, mode="bilinear")
