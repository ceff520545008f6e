"""Light and camera: one lamp over the table, a lens that vignettes, a sensor that is noisy."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.example.canvas import Floats, blur, grid

SIDES = ("right", "lower right", "bottom", "lower left", "left", "upper left", "top", "upper right")


@dataclass(frozen=True)
class Light:
    """A lamp far away, with a little fill light from everywhere."""

    azimuth: float  # radians, where in the picture it stands; 0 is right, pi / 2 is below
    elevation: float  # radians above the table
    strength: float  # 1 is the nominal exposure
    warmth: float  # -1 bluish .. 1 yellowish

    @property
    def towards(self) -> tuple[float, float, float]:
        """Return the unit vector towards the lamp: x right, y down, z to the camera."""
        flat = np.cos(self.elevation)
        return flat * np.cos(self.azimuth), flat * np.sin(self.azimuth), np.sin(self.elevation)

    @property
    def half(self) -> tuple[float, float, float]:
        """Return the unit vector halfway between the lamp and the camera, where mirrors face to shine."""
        x, y, z = self.towards
        length = np.sqrt(x * x + y * y + (z + 1) ** 2)
        return x / length, y / length, (z + 1) / length

    @property
    def colour(self) -> Floats:
        return np.array([1 + 0.03 * self.warmth, 1, 1 - 0.045 * self.warmth], np.float32) * np.float32(self.strength)

    @property
    def side(self) -> str:
        """Return where it comes from, in words."""
        return SIDES[round(self.azimuth / (np.pi / 4)) % 8]


def draw_light(rng: np.random.Generator, azimuth: tuple[float, float], elevation: tuple[float, float]) -> Light:
    """Return a light within the given degrees, its strength within 10 % and its colour a little off white."""
    return Light(
        np.deg2rad(rng.uniform(*azimuth)),
        np.deg2rad(rng.uniform(*elevation)),
        rng.uniform(0.9, 1.1),
        rng.uniform(-1, 1),
    )


def diffuse(light: Light, slope_x: Floats, slope_y: Floats) -> Floats:
    """Return Lambert's cosine for a height field with these slopes, in [0, 1], (H, W)."""
    x, y, z = light.towards
    facing = np.maximum(z - np.float32(x) * slope_x - np.float32(y) * slope_y, 0)
    cosine: Floats = facing / np.sqrt(1 + slope_x**2 + slope_y**2)
    return cosine


def falloff(light: Light, side: int, amount: float) -> Floats:
    """Return how the lamp's nearer side of the table is brighter, about 1, (side, side)."""
    x, y = grid(side)
    return 1 + np.float32(amount) * (np.float32(np.cos(light.azimuth)) * x + np.float32(np.sin(light.azimuth)) * y)


def photograph(rng: np.random.Generator, radiance: Floats) -> NDArray[np.uint8]:
    """Return what the camera makes of linear light, (size, size, 3) floats to uint8."""
    seen = blur(radiance, rng.uniform(0.0014, 0.002))
    x, y = grid(len(seen))
    seen *= (1 - np.float32(rng.uniform(0.25, 0.4)) * (x * x + y * y))[..., None]
    grain = rng.standard_normal(seen.shape, dtype=np.float32)
    seen += grain * np.sqrt(np.maximum(seen, 0) * np.float32(5e-5) + np.float32(2e-6))  # shot noise and read noise
    display = np.power(np.clip(seen, 0, 1), np.float32(1 / 2.2))
    return cv2.convertScaleAbs(display, alpha=255)  # type: ignore[return-value]
