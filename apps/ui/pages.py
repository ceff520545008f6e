"""The page: one header, and a tab for each thing that one does here."""

import gradio as gr

from apps.ui.ask_tab import AskTab
from apps.ui.frame import READ, Frame
from apps.ui.gallery_tab import GalleryTab
from apps.ui.inspect_tab import Clickable, InspectTab
from apps.ui.jobs_panel import JobsPanel
from apps.ui.models import Models
from apps.ui.movements_tab import MovementsTab
from apps.ui.review_tab import review_tab
from apps.ui.roles import Guarded
from apps.ui.shelf import Shelf
from apps.ui.teach_tab import TeachTab
from apps.ui.tour import Tour


def build(models: Models, shelf: Shelf, clickable: Clickable = (), store: str | None = None) -> gr.Blocks:
    """Return the app, ready to be launched; `clickable` are pictures to try first: path, caption, model."""
    with Guarded(title="Foil", analytics_enabled=False, delete_cache=(3600, 3600)) as blocks:
        frame = Frame(models, shelf, store)
        jobs = JobsPanel(frame, store)
        tour = Tour(frame)
        with gr.Tabs() as tabs:
            with frame.put(gr.Tab, {"label": "tab.inspect"}, id="inspect") as inspecting:
                inspect_tab = InspectTab(frame, clickable)
            with frame.put(gr.Tab, {"label": "tab.ask"}, id="ask") as asking:
                ask_tab = AskTab(frame)
            with frame.put(gr.Tab, {"label": "tab.teach"}, id="teach") as tab:
                teach_tab = TeachTab(frame, jobs)
            with frame.put(gr.Tab, {"label": "tab.review"}, id=READ) as reviewing:
                review = review_tab(frame, jobs)
            with frame.put(gr.Tab, {"label": "tab.gallery"}, id="gallery") as comparing:
                gallery_tab = GalleryTab(frame)
            with frame.put(gr.Tab, {"label": "tab.movements"}, id="movements") as moving:
                movements_tab = MovementsTab(frame)
        frame.reserve("inspector", inspecting, asking, comparing, moving)
        started = frame.wire(blocks, tabs)
        tour.wire(started, tabs)
        jobs.wire(started)
        inspect_tab.wire(blocks, started)
        ask_tab.wire(asking)
        teach_tab.wire(tab, blocks, inspect_tab.refresh)
        movements_tab.wire(moving)
        gallery_tab.wire(comparing)
        if review:
            review.wire(reviewing, blocks)
        frame.speak()
    return blocks
