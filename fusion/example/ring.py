"""Ring: the gasket as a part: turned, drilled and stamped, and how its metal shines."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from fusion.example import light as lamp
from fusion.example.canvas import SUPERSAMPLE, Floats, blur, cloud, grid, inside, moved, noise, slopes
from fusion.example.defects import place

BORE, COLLAR, BOLTS, HOLE, RIM = 0.165, 0.238, 0.312, 0.034, 0.39  # radii
CHAMFER = 0.007
PART_NUMBER = "FG-40"


@dataclass(frozen=True)
class Placing:
    """Where the part lies in the picture: moved, turned, and nearer or farther."""

    x: float
    y: float
    turn: float  # radians
    scale: float

    def from_picture(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Return the part's own coordinates of the picture's points, its centre at 0."""
        cos, sin = (np.float32(part(self.turn) / self.scale) for part in (np.cos, np.sin))
        x, y = x - np.float32(self.x), y - np.float32(self.y)
        return x * cos + y * sin, y * cos - x * sin

    def matrix(self, side: int) -> NDArray[np.float64]:
        """Return the affine map from a straight picture of the part to this one, both of that side, (2, 3)."""
        cos, sin, middle = self.scale * np.cos(self.turn), self.scale * np.sin(self.turn), side / 2
        dx, dy = middle - middle * (cos - sin), middle - middle * (cos + sin)
        return np.array([[cos, -sin, dx + self.x * side], [sin, cos, dy + self.y * side]])


@dataclass(eq=False)
class Ring:
    """The part as it was made; a defect changes it before the picture is taken."""

    placing: Placing
    u: Floats  # the part's own coordinates, its centre at 0; supersampled, as are all but dye and dirt
    v: Floats
    solid: Floats  # signed distance to the metal, negative inside
    grey: Floats  # reflectance
    grooves: Floats  # the lathe's marks: tilt along the radius
    gloss: Floats  # share of the mirror-like reflection
    cut: Floats  # depth taken away by stamps and scratches, in picture sides
    defect: Floats  # how far each pixel shows the defect
    dye: Floats  # (size, size, 3) factor on the metal's colour
    dirt: Floats  # (size, size, 4) what lies on the mat: colour and cover

    def spot(self, radius: float, angle: float) -> tuple[float, float, str]:
        """Return where in the picture a point of the part lies, and in words."""
        reach, angle = radius * self.placing.scale, angle + self.placing.turn
        x, y = reach * float(np.cos(angle)), reach * float(np.sin(angle))
        return self.placing.x + x, self.placing.y + y, place(x, y, reach)


def between_holes(rng: np.random.Generator) -> float:
    """Return an angle at which there is metal from bore to rim."""
    return float(np.deg2rad(60 * rng.integers(6) + rng.uniform(14, 46)))


def machined(rng: np.random.Generator, size: int, placing: Placing) -> Ring:
    """Turn the ring on the lathe, drill it, stamp it."""
    side = size * SUPERSAMPLE
    u, v = placing.from_picture(*grid(side))
    radius = np.hypot(u, v)
    right, down = np.abs(u), np.abs(v)  # mirrored twice and then at 30 degrees, six holes are one
    beyond = np.maximum(down * np.float32(3**0.5 / 2) - right / 2, 0)
    hole = np.hypot(right + beyond - BOLTS, down - np.float32(3**0.5) * beyond)
    solid = np.maximum(np.maximum(radius - RIM, BORE - radius), HOLE - hole)
    columns = np.asarray(cv2.phase(u, v), np.float32) * np.float32(side / (2 * np.pi))
    lathe = np.float32(0.75) * noise(rng, side, 5, side) + np.float32(0.4) * noise(rng, side, 40, side / 3)
    rows = radius * np.float32(side / 0.45)
    grooves: Floats = np.asarray(cv2.remap(lathe, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))
    grey = 1 + np.float32(0.025) * cloud(rng, side, 4) + np.float32(0.05) * grooves
    return Ring(
        placing,
        u,
        v,
        solid,
        grey=grey * np.float32(0.5 * rng.uniform(0.94, 1.06)),
        grooves=grooves,
        gloss=np.ones_like(u),
        cut=np.float32(0.0035) * moved(_stamp(side), placing.matrix(side)),
        defect=np.zeros_like(u),
        dye=np.ones((size, size, 3), np.float32),
        dirt=np.zeros((size, size, 4), np.float32),
    )


def _stamp(side: int) -> Floats:
    """Return the part number as struck into the lower side of the flange, depth in [0, 1], (side, side)."""
    image = Image.new("L", (side, side))
    font = ImageFont.load_default(0.062 * side)
    ImageDraw.Draw(image).text((side / 2, side * (0.5 + BOLTS)), PART_NUMBER, fill=255, font=font, anchor="mm")
    return blur(np.asarray(image, np.float32) / np.float32(255), 0.0015)


def shine(ring: Ring, light: lamp.Light) -> Floats:
    """Return how brightly the metal shines, (H, W): grooves shine across, not along [Ward 1992]."""
    radius = np.hypot(ring.u, ring.v) + np.float32(1e-6)
    step = np.float32(0.006) * inside(COLLAR - radius, 0.012)
    bevel = np.clip(-ring.solid, 0, CHAMFER)
    height = bevel - step - ring.cut
    slope_x, slope_y = slopes(height)
    out_x, out_y = ring.u / radius, ring.v / radius
    slope_x = slope_x + np.float32(0.09) * ring.grooves * out_x
    slope_y = slope_y + np.float32(0.09) * ring.grooves * out_y
    hx, hy, hz = (np.float32(part) for part in light.half)
    along = (hx + hz * slope_x) * -out_y + (hy + hz * slope_y) * out_x
    across = (hx + hz * slope_x) * out_x + (hy + hz * slope_y) * out_y
    glare = np.exp(-((along / np.float32(0.17)) ** 2) - (across / np.float32(0.62)) ** 2)
    sky = np.clip(np.float32(0.3) + np.float32(0.12) * slope_y - np.float32(0.12) * slope_x, 0.1, 0.6)
    light_in = sky + np.float32(0.42) * lamp.diffuse(light, slope_x, slope_y)
    shining: Floats = ring.grey * (light_in + np.float32(0.85) * ring.gloss * glare)
    return shining
