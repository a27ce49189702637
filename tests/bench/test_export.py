"""What a list costs on its way out: memory that stays flat, and as many queries for each part.

``make bench`` takes 100,000 rows; the tests of every day take ROWS=3000.
"""

import os

from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.models import Partner
from referralcrm.exchange.outgoing import actions, work
from referralcrm.practice.scope import enter
from tests.bench.cost import Cost
from tests.bench.test_import import forget_the_most, memory
from tests.exchange.bringing import a_clinic

ROWS = int(os.environ.get("ROWS", "3000"))
PARTS = 3
AT_MOST = 40  # MB that the last part may take beyond the first
QUERY = "col=name&col=area&col=circle&col=received&col=contact&col=tags&sort=-contact"


def add_partners(number):
    area = [f"Area {at}" for at in range(40)]
    for begin in range(0, number, 5_000):
        Partner.objects.bulk_create(
            Partner(name=f"Dr Given Family{at}", area=area[at % 40], tags=["spine"], notes="x" * 200)
            for at in range(begin, min(begin + 5_000, number))
        )


def test_each_part_takes_as_much_as_the_one_before(committed, monkeypatch):
    """A view with counts and an order of its own, which no index gives."""
    monkeypatch.setattr(work, "ROWS_A_PART", min(5_000, ROWS // PARTS))
    practice = a_clinic()
    with enter(practice):
        add_partners(ROWS)
        export = actions.ask_for("partners", by=practice.charlie, query=QUERY, as_seen=True)
    parts, spent = [], []
    while export.is_at_work:
        forget_the_most()
        with CaptureQueriesContext(connection) as queries:
            spent.append(Cost.of(lambda: work._write_next(practice)))
        parts.append((len(queries), memory()))
        with enter(practice):
            export.refresh_from_db()
    print(f"\n{ROWS:,} rows out as seen: {sum(spent[1:], spent[0]).told(ROWS)}")
    print(f"  queries of each part: {[count for count, _ in parts]}, MB: {[round(mb) for _, mb in parts]}")
    assert export.position == ROWS
    assert len({count for count, _ in parts[1:]}) == 1, "the first also lists all keys"
    assert parts[-1][1] - parts[0][1] < AT_MOST
