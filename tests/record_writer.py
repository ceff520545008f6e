"""A process that adds so many records to a store, and says of each that it is there: record_writer.py STORE COUNT."""

import sys
from pathlib import Path

from assistant.recording import Entry
from assistant.store import open_store

WRITER = Path(__file__)

if __name__ == "__main__":
    store = open_store(sys.argv[1], create=True)
    for turn in range(int(sys.argv[2])):
        number = store.add(Entry("unreadable", {"name": f"{turn}.png", "problem": "no picture"}))
        print(number, flush=True)
