"""The MCP door over HTTP: one address, beside the page and the REST door or alone, and asked for a key as these are."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from apps.mcp_server.server import create
from apps.rest.door import entitled, problem, status_of
from apps.rest.guard import Guard
from apps.ui.models import Models
from apps.ui.serve import HOST, MCP
from fusion.errors import FoilError


class Door:
    """The route of the address, and what runs as long as whoever serves it."""

    def __init__(self, models: Models, store: str | None) -> None:
        server = create(models, store)
        self.route = Route(MCP, Guard(_Keyed(server.streamable_http_app())))
        self._manager = server.session_manager

    def running(self, app: Any) -> AbstractAsyncContextManager[None]:
        """Return the lifespan of the application that holds the route; it can be entered once."""
        return self._manager.run()


class _Keyed:
    """ASGI middleware: once there are keys, it takes an inspector's, since the tools inspect and record."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            entitled(Request(scope).headers.get("x-api-key"), "inspector")
        except HTTPException as refused:
            await problem(refused.status_code, refused.detail)(scope, receive, send)
        except FoilError as error:  # the keys can't be read
            await problem(status_of(error), str(error))(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def serve(port: int, store: str | None) -> None:
    """Serve MCP alone, on this machine, until Ctrl-C."""
    import uvicorn

    door = Door(Models(), store)
    uvicorn.run(Starlette(routes=[door.route], lifespan=door.running), host=HOST, port=port, log_level="warning")
