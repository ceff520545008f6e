"""Settings from a file: what options stand at where neither the command line nor the environment says otherwise.

[every] holds for each command that has such an option, [inspect] or [store.show] for that command alone. The file lies
in the user's own folder or where FOIL_SETTINGS says, never beside the pictures: who sends a folder of those must not
decide who tells what is on them.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from assistant.home import home
from fusion.errors import BadSetting

NAME, EVERY = "settings.toml", "every"
Command = Any  # a command or group, which click or typer owns, by typer's version
Defaults = dict[str, Any]  # as click takes them: a command's name -> an option's name -> its value


def settings_file() -> Path:
    """Return where the settings lie, or would lie."""
    return Path(os.environ.get("FOIL_SETTINGS") or home() / NAME).expanduser()


def settings(root: Command) -> Defaults:
    """Return what the file sets for the commands under `root`; BadSetting names what it can't mean."""
    path = settings_file()
    if not path.exists() and "FOIL_SETTINGS" not in os.environ:
        return {}
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path}: no settings can be read from it ({error}); expected TOML") from error
    every = _table(said.pop(EVERY, {}), path, EVERY)
    own = _of(root, said, path, "")
    unknown = set(every) - {name for command in _commands(root) for name in _options(command)}
    if unknown:
        raise BadSetting(f"{path}: no command has the option {min(unknown)!r}, which [{EVERY}] sets")
    return _merged(root, every, own, path)


def _of(group: Command, said: Mapping[str, Any], path: Path, where: str) -> Defaults:
    """Return what a table says of a group's commands, its options by their own names."""
    found: Defaults = {}
    for name, value in said.items():
        table, command = _table(value, path, where + name), group.commands.get(name)
        if command is None:
            known = ", ".join([*([] if where else [EVERY]), *sorted(group.commands)])
            raise BadSetting(f"{path}: [{where}{name}] is no command of Foil; known are {known}")
        if hasattr(command, "commands"):
            found[name] = _of(command, table, path, f"{where}{name}.")
            continue
        options = _options(command)
        for option in table.keys() - options.keys():
            raise BadSetting(
                f"{path}: foil {(where + name).replace('.', ' ')} has no option {option!r}; it has "
                f"{', '.join(sorted(options))}"
            )
        found[name] = table
    return found


def _merged(group: Command, every: Mapping[str, Any], own: Defaults, path: Path) -> Defaults:
    """Return the defaults of a group's commands, what is said of one alone before what is said of all."""
    found: Defaults = {}
    for name, command in group.commands.items():
        said = own.get(name, {})
        if hasattr(command, "commands"):
            found[name] = _merged(command, every, said, path)
            continue
        options = _options(command)
        wanted = {key: value for key, value in every.items() if key in options} | said
        found[name] = {options[key].name: _checked(options[key], value, path, command) for key, value in wanted.items()}
    return found


def _checked(option: Any, value: Any, path: Path, command: Command) -> Any:
    """Return a value that its option takes; BadSetting says what is wrong with it."""
    try:
        option.process_value(typer.Context(command), value)
    except typer.BadParameter as error:
        raise BadSetting(f"{path}: {option.opts[0]} of foil {command.name}: {error.message}") from error
    return value


def _commands(group: Command) -> Iterator[Command]:
    for command in group.commands.values():
        yield from _commands(command) if hasattr(command, "commands") else (command,)


def _options(command: Command) -> dict[str, Any]:
    """Return a command's options by the names that people type, without its arguments."""
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    return {max(one.opts, key=len).lstrip("-"): one for one in options}


def _table(value: Any, path: Path, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadSetting(
            f"{path}: {name} = {value!r:.60} stands outside of a table; write it below [{EVERY}] or a command's name"
        )
    return value
