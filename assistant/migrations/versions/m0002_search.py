"""What inspections are found by: sentences, sizes and vectors of pictures; no record vouches for it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "phrases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary),
    )
    op.create_table(
        "said",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("record", sa.Integer, sa.ForeignKey("inspections.record"), nullable=False, index=True),
        sa.Column("phrase", sa.Integer, sa.ForeignKey("phrases.id"), nullable=False),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("record", sa.Integer, sa.ForeignKey("inspections.record"), nullable=False, unique=True),
        sa.Column("longest_px", sa.Double),
        sa.Column("longest_mm", sa.Double),
        sa.Column("picture", sa.LargeBinary),
        sa.Column("difference", sa.LargeBinary),
    )
