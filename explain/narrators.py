"""Which language model a name means: `template`, `local:FOLDER_OR_HUB_ID[#DTYPE]`, or `http(s)://HOST/v1#MODEL`."""

import re
from typing import TYPE_CHECKING

from explain.language import Template
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from explain.local import Local
    from explain.remote import Remote

_URL = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#@]*)?")
PATIENCE = 120.0  # seconds


def language_model(
    name: str, patience: float = PATIENCE, send_pictures: bool = False, key: str = ""
) -> "Template | Local | Remote":
    """Return the narrator of a name, loaded; raise BadSetting where it means none."""
    if not 0 < patience < float("inf"):
        raise BadSetting(f"a patience of {patience} makes no sense; give seconds above 0")
    if name == Template.name:
        return Template()
    if name.startswith("local:"):
        from explain.local import Local

        where, _, dtype = name.removeprefix("local:").partition("#")
        return Local(where, patience, dtype or "auto")
    if name.startswith(("http://", "https://")):
        from explain.remote import Remote

        url, _, model = name.partition("#")
        if not model or not _URL.fullmatch(url):
            raise BadSetting(
                f"{url} with model {model!r} can't be asked; expected http(s)://HOST/v1#MODEL without a password, such "
                "as http://localhost:11434/v1#qwen3:4b; a key goes into FOIL_API_KEY"
            )
        return Remote(url.rstrip("/"), model, patience, send_pictures, key)
    raise BadSetting(
        f"{name!r} is no language model; take template, local:FOLDER_OR_HUB_ID[#DTYPE] or http(s)://HOST/v1#MODEL"
    )
