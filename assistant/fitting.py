"""Fit a model on a folder of good pictures, or on a ZIP or a manifest of them, and keep it in the library."""

import dataclasses
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

import numpy as np

from assistant import library, versions
from assistant.home import home
from assistant.rates import promise
from assistant.sources import Roles, opened, remember
from explain.naming import OWN
from fusion.archive import is_zip
from fusion.calibration import Calibration
from fusion.progress import Progress, silent
from fusion.trial import Settings

SHOWN = 5  # samples that could not be used


@dataclass(frozen=True)
class Fit:
    """A model that was fitted and saved."""

    name: str
    folder: Path
    given: int  # good pictures, some of which could not be used perhaps
    card: dict[str, Any]
    calibration: Calibration
    seconds: float  # from the folder to the saved model
    to_inspect: Path | None  # where the data set keeps what is to be tested, if it does

    def lines(self) -> list[str]:
        """Return for a person what was used, what was decided, what it promises, and what to do next."""
        card, limits = self.card, self.calibration.thresholds
        pose = "turned to one pose" if card["aligned"] else "taken as they lie"
        place = "what is normal is the same everywhere" if card["pooled"] else "each place has its own normal"
        lines = [
            f"{self.name}: fitted on {card['n_statistics']} good pictures in {self.seconds:.0f} s; "
            f"its thresholds rest on {card['n_normals']}",
            f"seen through {card['representation']}; {pose}; {place}",
        ]
        if card.get("floor_db") is not None:
            lines.append(
                f"there and back through the autoencoder good parts keep {card['floor_db']:g} dB: no difference below "
                "that is seen in its latents"
            )
        if "network" in card:
            lines += [card["network"][key] for key in ("why", "calibrated") if key in card["network"]]
        lines += [_kinds_told(card)] if "kinds_painted" in card else []
        lines += skipped_lines(card["skipped"], f"{self.given} pictures")
        lines.append(f"REVIEW from a score of {limits.review:.2f}, REJECT from {limits.reject:.2f}")
        lines += [promise(self.calibration.support(limits.reject_rate)), f"saved in {self.folder}"]
        what = quote(str(self.to_inspect)) if self.to_inspect else "PICTURE"
        return [*lines, f"next: foil inspect {what} --model {self.name}"]


def _kinds_told(card: Mapping[str, Any]) -> str:
    """Return for a person what names for defects are learnt from."""
    seen = f"{card['kinds_learnt_from']} of {card['kinds_painted']} defects painted on good parts were marked"
    if OWN in card:
        return f"{seen}; names of defects are learnt from them"
    return f"{seen}, too few to learn names from; they are Foil's built-in ones"


def skipped_lines(skipped: Sequence[Sequence[str]], given: str) -> list[str]:
    """Return for a person which of so many samples could not be used, and why; nothing if all could."""
    lines = [f"{len(skipped)} of {given} could not be used:"] if skipped else []
    lines += [f"  {reason}" for _, reason in skipped[:SHOWN]]
    return lines + ([f"  and {len(skipped) - SHOWN} more"] if len(skipped) > SHOWN else [])


def fit_folder(
    source: Path,
    name: str,
    settings: Settings,
    roles: Roles | None = None,
    rates: tuple[float, float] = (0.05, 0.01),
    replace: bool = False,
    progress: Progress = silent,
    aside: bool = False,
    names: int = 0,
) -> Fit:
    """Fit on the good pictures of `source`, promise the rates (review, reject), save under `name`, or leave no trace.

    `settings` are fields of DetectorConfig; `names`, how many painted defects the model learns names from. What would
    refuse the result is checked before the work, not after it. A model that is replaced stays as a version; `aside`, it
    stays in force, and the new one becomes a version.
    """
    library.free_folder(name, replace or aside)
    Calibration(np.zeros(2), *rates)
    started = time.perf_counter()
    with opened(source, roles or {}) as dataset:
        normals = dataset.normals()
        from fusion.detector import DetectorConfig, fit  # imports torch, seconds that a mistyped path must not cost

        if names:
            from explain.own_kinds import held_back, with_own_kinds

            held_back(normals, settings.get("seed", 0))
        checkpoint = home() / "training" / name
        detector = fit(normals, DetectorConfig(**settings), name, progress, checkpoint).with_rates(*rates)
        if names:
            detector = with_own_kinds(detector, normals, names, progress)
        if is_zip(source):  # the user knows the archive, not where it was unpacked
            skipped = [
                [text.replace(str(dataset.root), str(source)) for text in row] for row in detector.card["skipped"]
            ]
            detector = dataclasses.replace(detector, card=detector.card | {"skipped": skipped})
        if aside and library.model_folder(name).exists():
            folder = versions.save_aside(detector, name)
        else:
            versions.keep(name)
            folder = library.save(detector, name, replace)
            remember(name, source, roles or {})
        shutil.rmtree(checkpoint, ignore_errors=True)
        test = dataset.root / "test"
        to_inspect = test if test.is_dir() and source.is_dir() else None
    seconds = time.perf_counter() - started
    return Fit(name, folder, len(normals), detector.card, detector.calibration, seconds, to_inspect)
