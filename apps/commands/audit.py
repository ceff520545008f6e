"""`foil audit`: whether the records hold, where they end, and whether an inspection gives the same again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.commands import options
from apps.commands.store import open_named
from apps.console import progress_shown
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from assistant.stamping import Stamp
    from assistant.verifying import Verified

BROKEN = 1  # the exit code where something doesn't hold
_TOLD = 20  # faults

Trust = Annotated[
    Path | None,
    typer.Option(
        envvar="FOIL_STAMP_TRUST",
        help="Certificates (PEM) of the time-stamping authority that you trust.",
        show_default=False,
    ),
]

app = typer.Typer(rich_markup_mode=None)


@app.callback()
def audit() -> None:
    """Verify, witness and replay records.

    \b
    Examples:
      foil audit verify --store records
      foil audit stamp --authority https://freetsa.org/tsr --trust freetsa.pem --store records
      foil audit replay 17 --store records
    """


@app.command("verify")
def verify(
    head: Annotated[
        str | None, typer.Option(help="The hash of a head that you noted: it must be there.", show_default=False)
    ] = None,
    signer: Annotated[
        str | None, typer.Option(help="The public key that must have signed.", show_default=False)
    ] = None,
    trust: Trust = None,
    store: options.Store = None,
) -> None:
    """Verify every record, signature, picture and model; name what is wrong.

    The exit code is 0 where all holds and 1 where something doesn't. Records dropped at the end together with every
    trace of them are found by a head that you noted before, and by nothing else. Time stamps of a third party (foil
    audit stamp) are checked against the certificates that you trust.

    \b
    Examples:
      foil audit verify --store records
      foil audit verify --store records --head 5f0c...
    """
    opened = open_named(store)
    from assistant.verifying import verify as verified

    with progress_shown(lines=False) as progress:
        result = verified(opened, head, signer, progress, trust)
    for fault in result.faults[:_TOLD]:
        typer.echo(f"{fault}")
    if len(result.faults) > _TOLD:
        typer.echo(f"and {len(result.faults) - _TOLD} more")
    _sum_up(result)
    raise typer.Exit(BROKEN if result.faults else 0)


@app.command("head")
def head(store: options.Store = None) -> None:
    """Print the number and the hash of the last record, to be noted elsewhere.

    \b
    Example:
      foil audit head --store records
    """
    last = open_named(store).head()
    typer.echo(f"{last.number} {last.hash}")


@app.command("stamp")
def stamp(
    authority: Annotated[
        str | None,
        typer.Option(
            envvar="FOIL_STAMP_AUTHORITY", help="Its address, http(s)://HOST/PATH (RFC 3161).", show_default=False
        ),
    ] = None,
    trust: Trust = None,
    patience: Annotated[float, typer.Option(help="Seconds to wait for its answer.", min=0.1)] = 20.0,
    store: options.Store = None,
) -> None:
    """Have a third party sign that the records up to the last one exist now, and keep its answer as a record.

    The authority gets a hash and nothing else. Its answer is checked before it is kept: whether it is of this very
    record, answers this very request, and is signed by the authority that you trust. Never done unless you ask for it.

    \b
    Example:
      foil audit stamp --authority https://freetsa.org/tsr --trust freetsa.pem --store records
    """
    if not authority or not trust:
        raise BadSetting("name the authority and what you trust it by: --authority URL --trust CERTIFICATES.pem")
    opened = open_named(store)
    from assistant.stamping import stamp as stamped

    made = stamped(opened, authority, trust, patience)
    typer.echo(_witnessed(made))
    typer.echo(f"recorded as {made.number}")


@app.command("replay")
def replay(
    number: Annotated[int, typer.Argument(help="An inspection's id.", show_default=False)],
    store: options.Store = None,
) -> None:
    """Inspect a kept picture again by the kept model, and compare score and map bit for bit.

    The exit code is 0 where both are the same and 1 where they aren't.

    \b
    Example:
      foil audit replay 17 --store records
    """
    opened = open_named(store)
    from assistant.replaying import replay as replayed

    result = replayed(opened, number)
    scores = (
        f"score {result.before!r}" if result.before == result.now else f"score {result.now!r}, not {result.before!r}"
    )
    typer.echo(
        f"{number}: {'the same' if result.same else 'NOT the same'}, bit for bit: {scores}, map {_map(result.same_map)}"
    )
    if result.changed:
        typer.echo(f"since then changed: {', '.join(result.changed)}")
    raise typer.Exit(0 if result.same else BROKEN)


def _map(same: bool) -> str:
    return "the same" if same else "another"


def _witnessed(made: "Stamp") -> str:
    return f"time stamp: record {made.of} and all before it existed by {made.time}, says {made.authority}"


def _sum_up(result: "Verified") -> None:
    first = min((fault.number for fault in result.faults), default=None)
    what = f"the chain of {result.records} records holds"
    if first is not None:
        what = f"DOES NOT HOLD: the first bad record is {first}; {result.records} are linked and signed"
    typer.echo(f"{what}; head {result.head}")
    if result.pruned:
        typer.echo(f"{result.pruned} files are gone, pruned by policy, as records say")
    for made in result.stamps[-1:]:
        checked = "checked" if made.checked else "its signature was NOT checked: name its certificate (--trust)"
        typer.echo(f"{_witnessed(made)} ({checked})")
    told = "" if result.trusted else ", as the store itself says: compare it with the key that you noted (--signer)"
    typer.echo(f"signed by {result.signer}{told}")
