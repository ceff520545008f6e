"""A detector without torch that keeps the contract of fusion.detector, so that what stands above is tested fast."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fusion.calibration import Calibration
from fusion.detection import Detection, Guidance
from fusion.errors import BadData, BadInput, BadSetting
from fusion.files import atomic_folder
from fusion.item import Item
from fusion.modality.prompt import read_prompt
from fusion.modelfile import verify, write_manifest
from fusion.progress import Progress, silent
from fusion.region import counted
from fusion.sample import Sample


@dataclass(frozen=True)
class FakeConfig:
    """The fields of DetectorConfig."""

    method: str = "gaussian"
    backbone: str = "auto"
    size: int = 0
    align: str = "auto"
    seed: int = 0
    network: str = "small"
    minutes: float = 5.0
    steps: int = 0
    weights: str = ""
    lessons: str = "all"
    trained: ClassVar[bool] = False


@dataclass(frozen=True, eq=False)
class FakeDetector:
    """A detector of bright blobs on grey plates: 128 is normal, and ten levels are a sigma.

    With a network in its card it reads words: a "spot" is what is brighter than normal, a "label" the right half. It
    paints what is brighter the higher the seed, and its samples of the normal version disagree by as many levels.
    """

    name: str = "plates"
    config: FakeConfig = field(default_factory=FakeConfig)
    calibration: Calibration = field(default_factory=lambda: Calibration(np.linspace(0, 2, 60)))
    card: dict[str, Any] = field(default_factory=dict)
    zero_shot: ClassVar[None] = None

    def detect(self, sample: Sample, samples: int = 0) -> Detection:
        if sample.image is None:
            raise BadInput(f"{sample.name}: no image")
        if samples:
            self._only_with_a_network()
        grey = sample.image.mean(axis=2)
        anomaly_map = np.maximum((grey - 128) / 10, 0).astype(np.float32)
        if sample.mask is not None:
            anomaly_map *= sample.mask >= 0.5
        guidance = None
        if sample.text and "network" in self.card:
            guidance, anomaly_map = _guided(sample.text, sample.name, anomaly_map)
        score, thresholds = float(anomaly_map.max()), self.calibration.thresholds
        refusal = "it is as dark as with the lens cap on" if grey.mean() < 10 else None
        wrong = anomaly_map >= thresholds.review
        return Detection(
            verdict="REFUSED" if refusal else thresholds.verdict(score),
            pred_score=score,
            p_value=self.calibration.p_value(score),
            thresholds=thresholds,
            anomaly_map=anomaly_map,
            map_threshold=thresholds.review,
            map_top=3 * thresholds.reject,
            pred_mask=wrong,
            normal=np.where(wrong[..., None], 128, sample.image).astype(np.uint8),
            part=np.ones(grey.shape, bool),
            refusal=refusal,
            guidance=guidance,
            looked_at=counted(sample.mask, sample.mask),
            used=("image", "mask", "text") if "network" in self.card else ("image", "mask"),
            spread=np.where(wrong, samples, 0).astype(np.float32) if samples and wrong.any() else None,
        )

    def without(self, image: NDArray[np.uint8], place: NDArray[np.bool_], rank: int = 0) -> NDArray[np.uint8]:
        return np.where(place[..., None], np.uint8(128), image)

    def synthesise(
        self, sample: Sample, seed: int = 0, steps: int = 10, guidance: float = 1.5, sampler: str = "ddim"
    ) -> NDArray[np.uint8]:
        self._only_with_a_network()
        if sample.image is None or sample.mask is None or not sample.text:
            raise BadInput(f"{sample.name}: painting takes an image, words and a mask")
        return np.where(sample.mask[..., None] >= 0.5, np.uint8(180 + seed), sample.image)

    def _only_with_a_network(self) -> None:
        if "network" not in self.card:
            raise BadSetting(f"{self.name} can't paint; fit it with method neural")

    def with_rates(self, review_rate: float, reject_rate: float) -> "FakeDetector":
        return replace(self, calibration=self.calibration.with_rates(review_rate, reject_rate))

    def save_pretrained(self, folder: Path) -> None:
        with atomic_folder(folder) as fresh:
            (fresh / "model.safetensors").write_bytes(b"weights")
            (fresh / "calibration.json").write_text(json.dumps(self.calibration.to_json()))
            (fresh / "card.json").write_text(json.dumps(self.card))
            (fresh / "card.md").write_text("# A fake\n")
            write_manifest(fresh, asdict(self.config))

    @classmethod
    def from_pretrained(cls, folder: Path) -> "FakeDetector":
        config = FakeConfig(**verify(folder)["config"])
        calibration = Calibration.from_json(json.loads((folder / "calibration.json").read_text()))
        return cls(folder.name, config, calibration, json.loads((folder / "card.json").read_text()))


def _guided(text: str, name: str, anomaly_map: NDArray[np.float32]) -> tuple[Guidance, NDArray[np.float32]]:
    """Return what words did, and the map without what they leave out."""
    prompt, kept = read_prompt(text, name), anomaly_map.copy()
    if "label" in prompt.ignore:
        kept[:, kept.shape[1] // 2 :] = 0
    whole = max(float(anomaly_map.sum()), 1e-9)
    spot = "spot" in prompt.focus
    guidance = Guidance(
        text=prompt.text,
        role="search",
        focus=prompt.focus,
        ignore=prompt.ignore,
        place="",
        unknown=prompt.unknown,
        basis="captions",
        effect=0.5 if spot or prompt.ignore else 0.0,
        found=float(spot and anomaly_map.any()) if prompt.focus else None,
        ignored=float((anomaly_map - kept).sum()) / whole if prompt.ignore else None,
        guided_map=anomaly_map * spot if prompt.focus else None,
    )
    return guidance, kept


def fake_fit(
    items: Sequence[Item],
    config: FakeConfig,
    name: str,
    progress: Progress = silent,
    checkpoint: Path | None = None,
) -> FakeDetector:
    used, skipped = 0, []
    for done, item in enumerate(items, 1):
        try:
            item.load()
            used += 1
        except BadInput as error:
            skipped.append([str(item.path), str(error)])
        progress("reading", done, len(items))
    if used < 5:
        raise BadData(f"{used} good pictures can be used, and a model needs at least 5")
    card: dict[str, Any] = {"n_normals": used, "n_statistics": used, "skipped": skipped, "method": config.method}
    card |= {
        "representation": "brightness",
        "aligned": False,
        "pooled": True,
        "fit_seconds": 0.1,
        "created": "2026-01-01T12:00:00+00:00",
    }
    return FakeDetector(name, config, Calibration(np.linspace(0, 2, used)), card | {"fingerprint": f"{used}"})
