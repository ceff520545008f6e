"""API keys: who may do what over HTTP. A key is shown once; what is kept is its hash."""

import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from assistant.home import home
from fusion.errors import BadSetting, FoilError
from fusion.files import atomic_write

Role = Literal["viewer", "inspector", "admin"]  # reads; inspects and decides, too; verifies and sees all keys, too
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Caller:
    """Whoever holds a key."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


UNKNOWN = "no known key; send one as X-API-Key (foil keys add NAME --role inspector)"
ANYONE = Caller("anyone on this machine", "admin")  # as long as there is no key


def keys_file() -> Path:
    return home() / "keys.json"


def create(name: str, role: Role) -> str:
    """Make a key for somebody, keep its hash, and return it: nobody can ask for it again."""
    known = _read()
    if not re.fullmatch(r"[\w.@ -]{1,64}", name):
        raise BadSetting(f"{name!r:.70} can't be the name of a key; use up to 64 letters, digits, and . @ - _")
    if name in known:
        raise BadSetting(f"there is a key named {name} already; revoke it first: foil keys revoke {name!r}")
    key = secrets.token_urlsafe(32)
    _write(known | {name: _Kept(_hash(key), role)})
    return key


def revoke(name: str) -> None:
    """Forget a key: who holds it may do nothing from now on."""
    known = _read()
    if name not in known:
        raise BadSetting(f"there is no key named {name}; known are {', '.join(known) or 'none'}")
    _write({other: entry for other, entry in known.items() if other != name})


def callers() -> list[Caller]:
    """Return who holds a key."""
    return [Caller(name, kept.role) for name, kept in _read().items()]


def caller_of(key: str | None) -> Caller | None:
    """Return who calls with a key; None if nobody does who may. Without any key made, anyone on this machine may."""
    known = _read()
    if not known and not keys_file().exists():
        return ANYONE
    given = _hash(key or "")
    found = [Caller(name, kept.role) for name, kept in known.items() if secrets.compare_digest(kept.sha256, given)]
    return found[0] if found else None


@dataclass(frozen=True)
class _Kept:
    sha256: str
    role: Role


def _read() -> dict[str, _Kept]:
    try:
        known = json.loads(keys_file().read_bytes())
        return {str(name): _Kept(str(one["sha256"]), ROLES[ROLES.index(one["role"])]) for name, one in known.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FoilError(
            f"{keys_file()}: the keys can't be read ({error}), so nobody is let in; mend the file or remove it"
        ) from error


def _write(known: dict[str, _Kept]) -> None:
    keys_file().parent.mkdir(parents=True, exist_ok=True)
    atomic_write(keys_file(), json.dumps({name: asdict(kept) for name, kept in known.items()}, indent=1).encode())


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()  # of 256 random bits: nothing to guess, so nothing to slow down
