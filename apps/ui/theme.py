"""The look of the app: calm, system fonts only, so that nothing is fetched from anywhere."""

from pathlib import Path
from typing import Any

from assistant import card, charts


def theme() -> Any:
    """Return the Gradio theme."""
    from gradio.themes import Base, Font, sizes

    fonts = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "PingFang SC", "Microsoft YaHei")
    return Base(
        primary_hue="violet",
        neutral_hue="zinc",
        radius_size=sizes.radius_md,
        font=[Font(name) for name in (*fonts, "Noto Sans CJK SC", "sans-serif")],
        font_mono=[Font(name) for name in ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")],
    ).set(
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="white",
        body_text_color_subdued="*neutral_600",  # Gradio's own are too pale to be read [WCAG 2.2, 1.4.3]
        body_text_color_subdued_dark="*neutral_300",
        link_text_color_dark="*secondary_300",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        block_label_text_weight="500",
    )


def css() -> str:
    """Return the app's CSS, the verdict card's and the charts' included."""
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8") + card.style() + charts.style()
