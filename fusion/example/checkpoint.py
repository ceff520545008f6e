"""The example's trained weights: shipped beside this file, so that `make run` shows a trained model at once.

    python -m fusion.example.checkpoint      # trains them again, in half an hour on two cores

They were learnt from rendered pictures alone, the gasket of `foil example` with seed 1 and 180 good parts, not those
of seed 0 on which the app then fits and calibrates them.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PRODUCT = "gasket"
WEIGHTS = Path(__file__).with_name("gasket.safetensors")
MINUTES = 30.0
GOOD = 180


def main(minutes: float = MINUTES, path: Path = WEIGHTS) -> None:
    """Render, train, and write the weights."""
    from fusion.dataset import open_dataset
    from fusion.detector import DetectorConfig, fit
    from fusion.example.write import render_example
    from fusion.learning.weights import write_weights

    with TemporaryDirectory(prefix="foil-") as temporary:
        folder = render_example(Path(temporary, "example"), seed=1, per_product=(GOOD, 1, 1))
        config = DetectorConfig(method="neural", network="tiny", minutes=minutes)
        normals = open_dataset(folder / PRODUCT).normals()
        detector = fit(normals, config, PRODUCT, lambda *told: print(*told, file=sys.stderr))
        write_weights(detector, path, f"{GOOD} rendered gaskets, seed 1")


if __name__ == "__main__":
    main()
