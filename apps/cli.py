"""The command line: `foil`. Importing it loads nothing heavy, so that `foil --help` answers at once."""

import errno
import signal
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from apps.commands import (
    ask,
    audit,
    bench,
    data,
    explain_model,
    fit,
    gallery,
    inspect,
    jobs,
    keys,
    mcp,
    methods,
    models,
    pose,
    report,
    search,
    serve,
    settings,
    store,
    synthesise,
    threshold,
    watch,
)
from apps.settings import settings as read_settings
from fusion.errors import FoilError

INTERRUPTED = 130  # as shells have it: 128 + SIGINT


class FoilGroup(TyperGroup):
    """Commands whose refusals are one sentence on standard error, never a traceback; a file may set their options."""

    def invoke(self, ctx: Any) -> Any:  # a Context, which click or typer owns, by typer's version
        try:
            ctx.default_map = read_settings(self)
            return super().invoke(ctx)
        except FoilError as error:
            sentence, code = str(error), 2
        except KeyboardInterrupt:
            sentence, code = "interrupted; nothing is left half written", INTERRUPTED
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read our output, such as `head`, has seen enough
                raise
            sentence, code = f"{error.filename or 'the system'}: {error.strerror or error}", 2
        typer.echo(f"foil: {sentence}", err=True)
        raise typer.Exit(code)


app = typer.Typer(
    name="foil",
    cls=FoilGroup,
    help="Foil shows what normal would have looked like: fit on what is good, inspect what is new, read why.",
    epilog="First steps: foil example shop && foil fit shop/gasket --name gasket && "
    "foil inspect shop/gasket/test --model gasket",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help can be copied, and a refused option stays one line
    pretty_exceptions_enable=False,
)
app.command("fit")(fit.fit)
app.command("inspect")(inspect.inspect)
app.command("ask")(ask.ask)
app.command("threshold")(threshold.threshold)
app.command("check-data")(data.check_data)
app.add_typer(models.app, name="models")
store.app.command("drift")(watch.drift)
store.app.command("feedback")(watch.feedback)
store.app.command("search")(search.search)
store.app.command("index")(search.index)
app.add_typer(store.app, name="store")
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.add_typer(jobs.app, name="jobs")
app.command("report")(report.report)
app.command("methods")(methods.methods)
app.command("gallery")(gallery.gallery)
app.command("synthesise")(synthesise.synthesise)
app.command("pose")(pose.pose)
app.command("explain-model")(explain_model.explain_model)
app.command("bench")(bench.bench)
app.command("example")(data.example)
app.command("serve")(serve.serve)
app.command("mcp")(mcp.mcp)
app.command("settings")(settings.settings)


@app.command("version")
def version() -> None:
    """Print the version of Foil.

    Example: foil version
    """
    from importlib.metadata import version as installed

    typer.echo(f"foil {installed('foil')}")


def main() -> None:
    """Run the command line; what ends the process from outside still lets it tidy up."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # file names may hold anything
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    app()


if __name__ == "__main__":
    main()
