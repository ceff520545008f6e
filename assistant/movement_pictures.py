"""Pictures of a movement: moments side by side, and the movement itself as a GIF; seen light, normal grey.

Joints that are wrong have the colours of the map, which mean the same for every movement of a model.
"""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from assistant.colours import INK, PAPER, Picture, heat, scale
from assistant.movement_views import Numbers, View
from fusion.motion.detection import MotionDetection
from fusion.motion.motion import Motion

Figure = tuple[Numbers, tuple[int, int, int], NDArray[np.uint8] | None]  # places (J, 2), colour, joints' (J, 4)

MOMENTS = 8
CELL = (160, 230)  # pixels of a moment, without its time
CAPTION = 26  # pixels below a moment
GREY = (128, 126, 136)  # of the normal version behind what was seen
CALM = (205, 203, 211)  # of the normal version where it stands alone
HALF = (300, 340)  # pixels of seen and of normal, in the animation
BAR = 30  # pixels below them: the time
LONGEST = 10.0  # s of an animation; of what takes longer, that much around the strangest moment
FRAMES = 12.5  # a second, at most
_SHARP = 3  # drawn larger and scaled down, since Pillow's lines have stairs
_GREYS = 48  # of an animation's 256 colours


def moments(detection: MotionDetection) -> list[int]:
    """Return about eight frames from the first to the last, the strangest among them."""
    frames, strangest = detection.anomaly_map.shape[1], detection.strongest()[1]
    spread = np.unique(np.linspace(0, frames - 1, min(MOMENTS, frames)).round().astype(int))
    spread[np.abs(spread - strangest).argmin()] = strangest
    return [int(frame) for frame in spread]


def strip(motion: Motion, detection: MotionDetection, view: View) -> Picture:
    """Return moments side by side, the normal version behind each, seconds below, (H, W, 3); a refused one alone."""
    frames, strangest = moments(detection), detection.strongest()[1]
    width, height = CELL
    seen, normal = view.placed(width, height)
    colours = _colours(detection)
    canvas = Image.new("RGB", (width * len(frames), height + CAPTION), INK)
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(13)
    for place, frame in enumerate(frames):
        behind = [] if detection.refusal else [(normal[frame], GREY, None)]
        canvas.paste(
            _cell(motion, CELL, [*behind, (seen[frame], PAPER, colours[:, frame])], _SHARP), (place * width, 0)
        )
        here = frame == strangest and detection.refusal is None
        at, said = (place * width + width / 2, height + CAPTION / 2), f"{frame / motion.rate:.2f} s"
        draw.text(at, said, fill=PAPER if here else CALM, font=font, anchor="mm")
        if here:
            box = (place * width + 2, 2, (place + 1) * width - 3, height + CAPTION - 3)
            draw.rectangle(box, outline=PAPER, width=1)
    return np.asarray(canvas)


def thumbnail(motion: Motion, detection: MotionDetection, view: View, height: int) -> Picture:
    """Return the strangest moment, (height, W, 3)."""
    frame, size = detection.strongest()[1], (round(height * CELL[0] / CELL[1]), height)
    seen, normal = view.placed(*size)
    behind = [] if detection.refusal else [(normal[frame], GREY, None)]
    return np.asarray(_cell(motion, size, [*behind, (seen[frame], PAPER, _colours(detection)[:, frame])], _SHARP))


def excerpt(detection: MotionDetection, rate: float) -> tuple[int, int]:
    """Return the frames that an animation shows, from the first to before the last: all, or those around the peak."""
    frames, longest = detection.anomaly_map.shape[1], max(2, round(LONGEST * rate))
    start = min(max(detection.strongest()[1] - longest // 2, 0), max(frames - longest, 0))
    return start, min(start + longest, frames)


def animation(motion: Motion, detection: MotionDetection, view: View) -> bytes:
    """Return seen and normal side by side at true speed as a GIF that repeats; of a refused movement, it alone."""
    start, end = excerpt(detection, motion.rate)
    step = max(1, round(motion.rate / FRAMES))
    shown = list(range(start, end, step))
    seen, normal = view.placed(*HALF)
    colours, palette = _colours(detection), _palette()
    wrong = heat(detection.anomaly_map[:, start:end].max(axis=0)[None], detection.map_threshold, detection.map_top)[0]
    pictures = []
    for frame in shown:
        halves = [_cell(motion, HALF, [(seen[frame], PAPER, colours[:, frame])], 2)]
        if detection.refusal is None:
            halves.append(_cell(motion, HALF, [(normal[frame], CALM, None)], 2))
        canvas = Image.new("RGB", (HALF[0] * len(halves), HALF[1] + BAR), INK)
        for place, half in enumerate(halves):
            canvas.paste(half, (place * HALF[0], 0))
        _time_bar(canvas, None if detection.refusal else wrong, (frame - start) / max(end - 1 - start, 1))
        ImageDraw.Draw(canvas).text(
            (8, HALF[1] + 12), f"{frame / motion.rate:.1f} s", fill=PAPER, font=ImageFont.load_default(13), anchor="lm"
        )
        pictures.append(canvas.quantize(palette=palette, dither=Image.Dither.NONE))
    # GIF counts in 10 ms; each frame ends where the next begins in truth, so that no error adds up
    ends = [round(100 * (frame - start) / motion.rate) for frame in [*shown[1:], end]]
    lasts = [10 * max(2, one - before) for before, one in zip([0, *ends], ends, strict=False)]
    buffer = BytesIO()
    pictures[0].save(
        buffer, "GIF", save_all=True, append_images=pictures[1:], duration=lasts, loop=0, disposal=1, optimize=False
    )
    return buffer.getvalue()


def _colours(detection: MotionDetection) -> NDArray[np.uint8]:
    """Return the map's colours and their opacity, (J, T, 4); nothing is wrong in what was not judged."""
    values = np.zeros_like(detection.anomaly_map) if detection.refusal else detection.anomaly_map
    return heat(values, detection.map_threshold, detection.map_top)


def _cell(motion: Motion, size: tuple[int, int], figures: Sequence[Figure], sharp: int) -> Image.Image:
    """Return bodies, one over the other, in a cell of that size in pixels."""
    canvas = Image.new("RGB", (size[0] * sharp, size[1] * sharp), INK)
    draw = ImageDraw.Draw(canvas)
    thick = max(1.0, min(size) / 80) * sharp
    bones = [(motion.joints.index(one), motion.joints.index(other)) for one, other in motion.joints.bones]
    for places, colour, wrong in figures:
        there = np.asarray(np.isfinite(places).all(axis=-1))
        at = [tuple(place) for place in (np.nan_to_num(places) * sharp).tolist()]
        for one, other in bones:
            if there[one] and there[other]:
                draw.line((*at[one], *at[other]), fill=colour, width=round(thick))
        for joint in np.flatnonzero(there):
            _dot(draw, at[joint], thick, colour)
        if wrong is not None:
            for joint in sorted(np.flatnonzero(there & (wrong[:, 3] > 0)), key=lambda joint: int(wrong[joint, 3])):
                share = wrong[joint, 3] / 255
                _dot(draw, at[joint], (1 + 2.2 * share) * thick, PAPER)
                _dot(draw, at[joint], (1 + 1.6 * share) * thick, tuple(int(part) for part in wrong[joint, :3]))
    return canvas.reduce(sharp)


def _dot(draw: ImageDraw.ImageDraw, at: tuple[float, ...], radius: float, colour: tuple[int, ...]) -> None:
    draw.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=colour)


def _time_bar(canvas: Image.Image, wrong: NDArray[np.uint8] | None, share: float) -> None:
    """Draw the whole time with its strangest joints' colours, and where in it this frame is."""
    left, right, top = 64, canvas.width - 12, HALF[1] + 8
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((left, top, right, top + 8), fill=(52, 50, 58))
    if wrong is not None:
        size = (right - left, 8)
        bar = Image.fromarray(wrong[None]).resize(size, Image.Resampling.NEAREST)
        canvas.paste(bar.convert("RGB"), (left, top), bar.getchannel("A"))
    at = left + share * (right - left)
    draw.rectangle((at - 1, top - 4, at + 1, top + 12), fill=PAPER)


def _palette() -> Image.Image:
    """Return the colours that an animation may use: greys from the ground to the brightest, and the map's."""
    steps = np.linspace(0, 1, _GREYS)[:, None]
    greys = np.array(INK) + steps * (np.array(PAPER) - np.array(INK))
    map_ = scale()[np.linspace(0, len(scale()) - 1, 256 - _GREYS).astype(int)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.concatenate([greys.round(), map_]).astype(np.uint8).tobytes())
    return palette
