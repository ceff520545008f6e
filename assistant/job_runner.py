"""Work a queue off: one process a job, so that nothing that happens to a job happens to whoever runs this."""

import json
import secrets
import subprocess
import sys
from collections.abc import Callable
from threading import Event

from assistant.job_wishes import drop_old_uploads, open_queue
from assistant.jobs import Job

POLL = 0.5  # seconds
PATIENCE = 15.0  # seconds that a worker has for tidying up when all ends
WORKER = (sys.executable, "-m", "assistant.job_worker")


def run(
    store: str | None,
    stop: Event,
    until_done: bool = False,
    told: Callable[[Job], None] = lambda job: None,
) -> None:
    """Do jobs as they come until `stop` is set, or until there are none; `told` hears now and then of each."""
    queue = open_queue(store)
    drop_old_uploads(queue)
    worker = secrets.token_hex(8)
    while not stop.is_set():
        job = queue.claim(worker)
        if job:
            process = subprocess.Popen(WORKER, stdin=subprocess.PIPE, text=True, start_new_session=True)
            assert process.stdin is not None
            given = {"store": store, "job": job.id, "worker": worker, "lease": queue.lease}
            process.stdin.write(json.dumps(given) + "\n")
            process.stdin.close()
            try:
                while process.poll() is None and not stop.wait(POLL):
                    told(queue.job(job.id))
            finally:  # whatever ends this, such as Ctrl-C
                queue.let_go(job.id, worker, lost=not _end(process))
            told(queue.job(job.id))
        elif until_done and not any(job.is_open for job in queue.latest()):
            return
        else:
            stop.wait(POLL)


def _end(process: "subprocess.Popen[str]") -> bool:
    """End a worker that is still at it, and return whether it was."""
    if process.poll() is not None:
        return False
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return True
