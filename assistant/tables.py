"""What a store's database holds: the chain of records, and what each of them vouches for.

A record's number is the id of the inspection, model or decision that it tells of, so nothing stands here that no
record covers, but for the last four tables: what inspections are found by, which can be made again from the rest,
and jobs, whose results are records or models themselves.
`migrations` makes these tables; VERSION is its newest step.
"""

from sqlalchemy import Column, Double, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

VERSION = "0003"

metadata = MetaData()
_HASH = String(64)  # SHA-256, in hex

records = Table(
    "records",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("previous", _HASH, nullable=False),  # the hash of the record before; 64 zeros before the first
    Column("time", String(32), nullable=False),  # UTC, by this machine's clock
    Column("kind", String(16), nullable=False),
    Column("payload", Text, nullable=False),  # canonical JSON
    Column("hash", _HASH, nullable=False, unique=True),
    Column("signature", String(128), nullable=False),
)
head = Table(  # one row: the chain's end
    "head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", _HASH, nullable=False),
)
models = Table(
    "models",
    metadata,
    Column("record", ForeignKey("records.number"), primary_key=True),
    Column("sha256", _HASH, nullable=False, unique=True),  # of config.json, which names the other files' hashes
    Column("name", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("files", Text, nullable=False),  # canonical JSON: name -> hash; the card is one of them
)
inspections = Table(
    "inspections",
    metadata,
    Column("record", ForeignKey("records.number"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sample", _HASH, nullable=False, index=True),  # of what was seen
    Column("picture", _HASH, index=True),  # of the file that was looked at; None of what is no picture
    Column("model", ForeignKey("models.sha256"), nullable=False, index=True),
    Column("verdict", String(16), nullable=False, index=True),
    Column("score", Double),
    Column("p_value", Double),
    Column("document", Text, nullable=False),  # JSON: the result, the full evidence, and how it was asked for
)
decisions = Table(
    "decisions",
    metadata,
    Column("record", ForeignKey("records.number"), primary_key=True),
    Column("inspection", ForeignKey("inspections.record"), nullable=False, index=True),
    Column("verdict", String(16), nullable=False),
    Column("meaning", String(16), nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
phrases = Table(  # each sentence once: what regions look like, and what people said
    "phrases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", _HASH, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("vector", LargeBinary),  # float16; None before somebody searched by words
)
said = Table(
    "said",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("record", ForeignKey("inspections.record"), nullable=False, index=True),
    Column("phrase", ForeignKey("phrases.id"), nullable=False),
)
looks = Table(
    "looks",
    metadata,
    Column("id", Integer, primary_key=True),  # in the order in which they were indexed
    Column("record", ForeignKey("inspections.record"), nullable=False, unique=True),
    Column("longest_px", Double),  # of the longest region
    Column("longest_mm", Double),  # None where the scale isn't known
    Column("picture", LargeBinary),  # float16, as fusion.looks has it
    Column("difference", LargeBinary),  # None where nothing is marked
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),  # in the order in which they were asked for
    Column("kind", String(16), nullable=False),
    Column("settings", Text, nullable=False),  # JSON: the fields of its wish
    Column("by", Text, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("asked", String(32), nullable=False),  # UTC, as the next two
    Column("started", String(32)),
    Column("ended", String(32)),
    Column("progress", Text, nullable=False),  # JSON
    Column("outcome", Text, nullable=False),  # JSON
    Column("error", Text, nullable=False),
    Column("worker", String(32)),  # the process that is at it; None: nobody
    Column("beat", Double),  # when it was last heard of, in seconds, by the database's clock
    Column("lost", Integer, nullable=False),  # how many workers ended without a word
)
