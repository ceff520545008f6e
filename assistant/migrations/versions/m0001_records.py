"""The chain of records, and models, inspections and decisions beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_HASH = sa.String(64)


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("previous", _HASH, nullable=False),
        sa.Column("time", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("hash", _HASH, nullable=False, unique=True),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", _HASH, nullable=False),
    )
    op.create_table(
        "models",
        sa.Column("record", sa.Integer, sa.ForeignKey("records.number"), primary_key=True),
        sa.Column("sha256", _HASH, nullable=False, unique=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("files", sa.Text, nullable=False),
    )
    op.create_table(
        "inspections",
        sa.Column("record", sa.Integer, sa.ForeignKey("records.number"), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sample", _HASH, nullable=False, index=True),
        sa.Column("picture", _HASH, index=True),
        sa.Column("model", _HASH, sa.ForeignKey("models.sha256"), nullable=False, index=True),
        sa.Column("verdict", sa.String(16), nullable=False, index=True),
        sa.Column("score", sa.Double),
        sa.Column("p_value", sa.Double),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("record", sa.Integer, sa.ForeignKey("records.number"), primary_key=True),
        sa.Column("inspection", sa.Integer, sa.ForeignKey("inspections.record"), nullable=False, index=True),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("meaning", sa.String(16), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
