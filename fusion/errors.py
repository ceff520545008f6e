"""Everything that Foil refuses, in one tree. Each message says what came, what was expected, what to do.

FoilError
├── BadInput        one sample, file or archive that can't be used; ends that sample, never a batch
│   └── NoSuchRecord    what was asked for is not on record
├── BadData         a folder or manifest that can't be fitted or benchmarked on
├── BadModel        a model folder that is missing, altered, or of another version
│   └── NoSuchModel     there is none of this name
└── BadSetting      an option that makes no sense, or asks for something that isn't installed
"""

from collections.abc import Iterator
from contextlib import contextmanager


class FoilError(Exception):
    """The message alone is meant for people: no traceback is needed to act on it."""


class BadInput(FoilError):
    pass


class BadData(FoilError):
    pass


class BadModel(FoilError):
    pass


class BadSetting(FoilError):
    pass


class NoSuchRecord(BadInput):
    pass


class NoSuchModel(BadModel):
    pass


@contextmanager
def loading(what: str, instead: str) -> Iterator[None]:
    """Say in a sentence that `what` could not be loaded and what to do `instead`, whatever a foreign file brings up."""
    try:
        yield
    except FoilError:
        raise
    except Exception as error:
        reason = (str(error) or repr(error)).strip().splitlines()[0].rstrip(".")
        raise BadSetting(f"{what} could not be loaded: {reason}. {instead}") from error
