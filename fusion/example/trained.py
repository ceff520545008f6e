"""Trained: weights that ship with the example products, so that a new user meets a trained model at once."""

from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "weights"


def example_settings(product: str) -> dict[str, Any]:
    """Return the settings of an example product's model: around its weights where some ship, else the closed form."""
    weights = FOLDER / f"{product}.safetensors"
    return {"method": "neural", "weights": str(weights)} if weights.is_file() else {}
