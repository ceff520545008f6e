"""The Hugging Face hub: what names a model there, and loading from it without noise on the terminal."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")  # name or owner/name


def is_hub_id(spec: str) -> bool:
    """Tell whether a name can be that of a model on the hub; whether there is one, only the hub knows."""
    return _ID.fullmatch(spec) is not None


def offline() -> bool:
    """Tell whether the user wants the hub left alone (HF_HUB_OFFLINE), so that only its cache is searched."""
    from transformers.utils.hub import is_offline_mode

    return bool(is_offline_mode())


@contextmanager
def quietly() -> Iterator[None]:
    """Load without progress bars and warnings on the terminal, and leave the libraries' settings as they were."""
    from transformers.utils import logging as own

    level, bars, hub = own.get_verbosity(), own.is_progress_bar_enabled(), logging.getLogger("huggingface_hub")
    hub_level = hub.level
    own.set_verbosity_error()
    own.disable_progress_bar()
    hub.setLevel(logging.ERROR)  # it tells each of its attempts to reach the network
    try:
        yield
    finally:
        own.set_verbosity(level)
        hub.setLevel(hub_level)
        if bars:
            own.enable_progress_bar()
