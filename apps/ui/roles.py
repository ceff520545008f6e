"""Who may do what on the page: the keys and roles of the REST door, asked of every event before anything is done."""

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from apps.rest import keys
from apps.rest.keys import Caller, Role
from apps.ui.words import word
from explain.catalogue import Lang
from fusion.errors import BadSetting

CALLER = "foil.caller"  # where the login leaves who asks, in a request's scope
ROLES: dict[Role, str] = {"viewer": "role.viewer", "inspector": "role.inspector", "admin": "role.admin"}  # in words
EVENT: Role = "inspector"  # what an event takes of which nothing else is said
Function = TypeVar("Function", bound=Callable[..., Any])


def takes(role: Role) -> Callable[[Function], Function]:
    """Say that a function which answers an event takes at least this role."""

    def said(function: Function) -> Function:
        function.__dict__["takes"] = role
        return function

    return said


def role_of(function: Any) -> Role:
    """Return the role that a function which answers an event takes."""
    role: Role = getattr(function, "takes", EVENT)
    return role


def caller_of(request: gr.Request | None) -> Caller:
    """Return who asks; without keys, and inside this program, anyone on this machine."""
    asked = getattr(request, "request", None)
    caller: Caller = asked.scope.get(CALLER, keys.ANYONE) if asked else keys.ANYONE
    return caller


def signed(by: str, caller: Caller) -> str:
    """Return the name under which something is recorded: the given one, and whose key it came by."""
    return by if caller is keys.ANYONE or not by.strip() else f"{by} (key of {caller.name})"


def refuse(caller: Caller, role: Role, lang: Lang) -> None:
    """Raise BadSetting if somebody has not at least this role."""
    if not caller.may(role):
        has, needed = word(ROLES[caller.role], lang), word(ROLES[role], lang)
        raise BadSetting(word("login.may_not", lang, name=caller.name, has=has, takes=needed))


def spoken(headers: Any) -> Lang:
    """Return the language that a browser asks for."""
    return "zh" if headers.get("accept-language", "").lower().startswith("zh") else "en"


class Guarded(gr.Blocks):  # type: ignore[misc]  # Gradio is not typed
    """Blocks that ask, before each event, whether its visitor may do that: a hidden button is no lock."""

    async def process_api(self, block_fn: Any, inputs: Any, state: Any = None, request: Any = None, **more: Any) -> Any:
        """Do what an event asks for, or say who may."""
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        try:
            refuse(caller_of(request), role_of(function.fn), spoken(request.headers) if request else "en")
        except BadSetting as error:
            raise gr.Error(str(error), duration=15, print_exception=False) from error
        return await super().process_api(block_fn, inputs, state, request, **more)
