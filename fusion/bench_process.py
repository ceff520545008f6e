"""Rows of the benchmark, each measured in a process of its own.

A process's peak memory never goes down again, so in a shared one each row would report the largest before it; and a row
that runs out of memory, or meets a bug, ends alone. Only rows that ask the same trained network share a process, and by
it what is slow: reading, fitting and training.
"""

import json
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any

from fusion.bench_row import measure
from fusion.bench_table import Measures, measures_from_json
from fusion.errors import FoilError
from fusion.kept import Kept
from fusion.progress import Progress
from fusion.trial import Settings, detector_fit


class Child(AbstractContextManager["Child"]):
    """A process for one row after the other, a new one for each training; JSON goes in and out, an object a line."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        # -P: a folder of the user's that happens to be called like one of our packages must not be imported
        self._command = command or [sys.executable, "-P", "-m", "fusion.bench_process"]
        self._process: Popen[bytes] | None = None
        self._training: str | None = None  # that this process has seen
        self._complaints: IO[bytes] | None = None

    def measure(self, folder: Path, settings: Settings, progress: Progress) -> Measures:
        """Return what a row measured; FoilError says why it has nothing, also if the process ended."""
        training = settings.get("training")
        if training is None or training != self._training:
            self.close()
            self._training = training
        try:
            for message in self._answers([str(folder), dict(settings)]):
                if "measures" in message:
                    return measures_from_json(message["measures"])
                if "refusal" in message:
                    raise FoilError(message["refusal"])
                progress(*message["progress"])
        except BaseException as error:
            if not isinstance(error, FoilError):  # Ctrl-C too: a child must not outlive what waits for it
                self.close()
            raise
        raise FoilError(self._death(folder))

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process:
            self._process.kill()
            self._process.__exit__(None, None, None)
        if self._complaints:
            self._complaints.close()
        self._process = self._complaints = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answers(self, job: list[Any]) -> Iterator[dict[str, Any]]:
        if self._process is None:
            self._complaints = TemporaryFile()  # noqa: SIM115 - it lives as long as the process
            self._process = Popen(self._command, stdin=PIPE, stdout=PIPE, stderr=self._complaints)
        assert self._process.stdin and self._process.stdout  # noqa: PT018 - both are pipes
        try:
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return
        yield from map(json.loads, self._process.stdout)

    def _death(self, folder: Path) -> str:
        """Return how the process ended, and forget it."""
        assert self._process and self._complaints  # noqa: PT018 - it was just asked
        status = self._process.wait()
        self._complaints.seek(0)
        last = self._complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
        self.close()
        if status == -9:  # SIGKILL, a name that Windows lacks
            return f"{folder}: the system ended this row's process, most likely for want of memory; free some"
        return f"{folder}: this row's process ended with status {status} ({last}); it was {shlex.join(self._command)}"


def main() -> None:
    """Measure the jobs that come in, [folder, settings] a line, and write to standard output what `Child` reads."""
    pipe = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever libraries print must not come between the messages

    def tell(**message: object) -> None:
        print(json.dumps(message), file=pipe, flush=True)

    fit, kept = detector_fit(), Kept()  # one for all, for they keep what the next row can share
    for job in sys.stdin:
        folder, settings = json.loads(job)
        try:
            found = measure(Path(folder), settings, lambda *step: tell(progress=step), fit, kept)
        except FoilError as error:
            tell(refusal=str(error))
        else:
            tell(measures=asdict(found))


if __name__ == "__main__":
    main()
