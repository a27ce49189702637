"""Migration operations for the second wall between practices: row-level security.

``raise_wall`` lets the application role see only rows of the practice set for its transaction.
``link`` repeats a foreign key with the practice in it, so that a row of one practice cannot
point at a row of another, whoever writes it.
"""

from django.db.migrations import RunSQL

PRACTICE = "NULLIF(current_setting('app.practice', true), '')::uuid"


def raise_wall(table: str) -> RunSQL:
    """Enable row-level security on ``table`` and make (practice_id, id) a key to link to."""
    return RunSQL(
        f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY practice_wall ON {table}
            USING (practice_id = {PRACTICE}) WITH CHECK (practice_id = {PRACTICE});
        ALTER TABLE {table} ADD CONSTRAINT {table}_in_practice UNIQUE (practice_id, id);
        """,
        f"""
        ALTER TABLE {table} DROP CONSTRAINT {table}_in_practice;
        DROP POLICY practice_wall ON {table};
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def link(table: str, **targets: str) -> RunSQL:
    """Composite foreign keys: ``link("a_row", partner_id="partners_partner")``."""
    return RunSQL(
        [
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_practice "
            f"FOREIGN KEY (practice_id, {column}) REFERENCES {target} (practice_id, id) "
            f"DEFERRABLE INITIALLY DEFERRED"
            for column, target in targets.items()
        ],
        [f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_same_practice" for column in targets],
    )
