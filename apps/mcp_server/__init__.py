"""The MCP door: tools for whatever assistant a person already talks to."""

from importlib.util import find_spec


def is_there() -> bool:
    """Return whether the package mcp is installed, which this floor's other modules import."""
    return find_spec("mcp") is not None
