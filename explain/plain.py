"""Plain data: frozen dataclasses whose numbers know their unit, as JSON, as a schema, and as a list of numbers.

A field is typed with one of the quantities below, e.g. `peak: Sigma`. From that one type follow how the number is
rounded before anyone sees it, what the published schema says of it, and which claims in a text it can support.
"""

import dataclasses
import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from fusion.errors import BadInput

Unit = Literal["sigma", "px", "mm", "mm2", "degree", "percent", "ratio", "lab", "grey", "second", "count"]
T = TypeVar("T")


@dataclass(frozen=True)
class Quantity:
    """The unit of a number and the digits of it that mean something."""

    unit: Unit
    decimals: int = 0
    significant: int | None = None  # in place of `decimals`

    def rounded(self, value: float) -> float:
        decimals = self.decimals
        if self.significant and value and math.isfinite(value):
            # Never below 0: 1,234.6 keeps its whole part, as a zeroed digit would look like a measured one.
            decimals = max(self.significant - 1 - math.floor(math.log10(abs(value))), 0)
        return round(value, decimals) + 0  # + 0 turns -0.0 into 0.0


Score = Annotated[float, Quantity("sigma", decimals=2)]
Sigma = Annotated[float, Quantity("sigma", significant=3)]
Pixels = Annotated[float, Quantity("px", significant=2)]
WholePixels = Annotated[int, Quantity("px")]
Millimetres = Annotated[float, Quantity("mm", significant=3)]
SquareMillimetres = Annotated[float, Quantity("mm2", significant=3)]
PixelSize = Annotated[float, Quantity("mm", significant=6)]
Degrees = Annotated[float, Quantity("degree")]
Seconds = Annotated[float, Quantity("second", decimals=1)]
Percent = Annotated[float, Quantity("percent", significant=2)]
Coverage = Annotated[float, Quantity("percent", significant=4)]  # a defect's 0.4 % left out must not read as 100 %
Ratio = Annotated[float, Quantity("ratio", significant=2)]
Share = Annotated[float, Quantity("ratio", significant=3)]  # in [0, 1]; a text may say it in percent
Sureness = Annotated[float, Quantity("ratio", decimals=2)]  # in [0, 1], no finer than it is calibrated
PValue = Annotated[float, Quantity("ratio", significant=4)]
Lab = Annotated[float, Quantity("lab", decimals=1)]
GreyLevels = Annotated[float, Quantity("grey", significant=2)]  # of 255
Count = Annotated[int, Quantity("count")]


def rounded(record: T) -> T:
    """Return the same record with every number rounded to the digits of its quantity."""
    result: T = _rounded(type(record), record)
    return result


def numbers(record: Any) -> Iterator[tuple[Unit, float]]:
    """Yield (unit, value) of every number in a record; those of a mapping are counts."""
    return ((unit, value) for _, unit, value in named_numbers(record))


def named_numbers(record: Any) -> Iterator[tuple[str, Unit, float]]:
    """Yield (field, unit, value) of every number in a record; of a record in it, `record.field`, without an index."""
    return _numbers(type(record), record, "")


def to_plain(value: Any) -> Any:
    """Return dicts, lists, strings, numbers and None; raise ValueError at a number that JSON doesn't know."""
    if dataclasses.is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} can't be written as JSON")
    return value


def from_plain(hint: Any, data: Any, where: str) -> Any:
    """Return the value of type `hint` that `to_plain` wrote; raise BadInput where the data has another form."""
    kind, quantity, optional = _read(hint)
    origin, args = get_origin(kind), get_args(kind)
    if data is None and optional:
        return None
    if dataclasses.is_dataclass(kind) and isinstance(data, dict):
        fields = _fields(kind)
        if data.keys() == fields.keys():
            return kind(**{name: from_plain(fields[name], data[name], f"{where}.{name}") for name in fields})  # type: ignore[operator]
        raise BadInput(f"{where} lacks or has too many keys: {', '.join(sorted(data.keys() ^ fields.keys()))}")
    if origin is tuple and isinstance(data, list) and (args[-1] is ... or len(data) == len(args)):
        return tuple(from_plain(k, item, f"{where}[{i}]") for i, (k, item) in enumerate(_items(args, data)))
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool) and math.isfinite(data):
        return float(data)
    known = (origin is Literal and data in args) or (origin is Mapping and isinstance(data, dict)) or type(data) is kind
    if known and kind is not float:
        return data
    expected = f"a number in {quantity.unit}" if quantity else getattr(kind, "__name__", str(kind))
    raise BadInput(f"{where} is {data!r:.60}, expected {expected}: Foil didn't write this")


def schema(hint: Any) -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of a dataclass or of one field's type."""
    kind, quantity, optional = _read(hint)
    origin, args = get_origin(kind), get_args(kind)
    form: dict[str, Any]
    if dataclasses.is_dataclass(kind):
        fields = {name: schema(field) for name, field in _fields(kind).items()}
        form = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    elif origin is tuple and args[-1] is ...:
        form = {"type": "array", "items": schema(args[0])}
    elif origin is tuple:
        form = {"type": "array", "prefixItems": [schema(arg) for arg in args], "minItems": len(args), "items": False}
    elif origin is Literal:
        form = {"enum": list(args)}
    elif origin is Mapping:
        form = {"type": "object"}
    else:
        form = {"type": {str: "string", bool: "boolean", int: "integer", float: "number"}[kind]}
    if quantity:
        form["description"] = f"unit: {quantity.unit}"
    return {"anyOf": [form, {"type": "null"}]} if optional else form


def _read(hint: Any) -> tuple[Any, Quantity | None, bool]:
    """Split a field's type into the bare type, its quantity if it is one, and whether None is allowed."""
    optional = get_origin(hint) in (Union, types.UnionType)
    if optional:
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if get_origin(hint) is Annotated:
        kind, quantity = get_args(hint)
        return kind, quantity, optional
    return hint, None, optional


def _fields(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _items(args: tuple[Any, ...], values: Any) -> Iterator[tuple[Any, Any]]:
    return zip([args[0]] * len(values) if args[-1] is ... else args, values, strict=True)


def _rounded(hint: Any, value: Any) -> Any:
    kind, quantity, _ = _read(hint)
    if quantity and value is not None:
        return kind(quantity.rounded(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {name: _rounded(field, getattr(value, name)) for name, field in _fields(kind).items()}
        return dataclasses.replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(_rounded(field, item) for field, item in _items(get_args(kind), value))
    return value


def _numbers(hint: Any, value: Any, where: str) -> Iterator[tuple[str, Unit, float]]:
    kind, quantity, _ = _read(hint)
    if quantity and value is not None:
        yield where, quantity.unit, value
    elif dataclasses.is_dataclass(value):
        for name, field in _fields(kind).items():
            yield from _numbers(field, getattr(value, name), f"{where}.{name}".lstrip("."))
    elif isinstance(value, tuple):
        for field, item in _items(get_args(kind), value):
            yield from _numbers(field, item, where)
    elif isinstance(value, Mapping):
        yield from ((where, "count", item) for item in value.values() if type(item) in (int, float))
