"""How fast a spreadsheet comes in, against COPY of the same rows, in one run.

``make bench`` takes 100,000 rows; the tests of every day take ROWS=3000 and hold only what does not depend
on the machine: every bad row is found, and memory stays flat.
"""

import csv
import io
import os
from pathlib import Path

import pytest
from django.db import connection

from partners.models import Partner
from referralcrm.exchange import actions
from referralcrm.exchange.intake import work as working
from referralcrm.exchange.tables import open_table
from referralcrm.practice import files
from referralcrm.practice.scope import enter
from referralcrm.practice.staging import copy_in, packed
from tests import factories
from tests.bench.cost import Cost
from tests.bench.direct import Direct
from tests.exchange.bringing import a_clinic

ROWS = int(os.environ.get("ROWS", "3000"))
BAD_EVERY = 20  # 5 %
BAD = [(4, "not an address"), (0, "x" * 500), (3, "#N/A")]
BATCH = "00000000-0000-0000-0000-000000000001"
HEADER = ["name", "organisation", "discipline", "phone", "e-mail", "area", "postcode", "tags"]


def row(number):
    """A line like those of a clinic's own list; each twentieth cannot come in, for one of three reasons."""
    cells = good_row(number)
    if number % BAD_EVERY == 0:
        column, cell = BAD[number // BAD_EVERY % len(BAD)]
        cells[column] = cell
    return cells


def good_row(number):
    return [
        f"Dr Given{number % 977} Family{number}",
        f"Office {number % 5000}",
        ("Family medicine", "Physiotherapy", "Orthodontics")[number % 3],
        f"020 7946 {number % 10000:04}",
        f"person{number}@office{number % 5000}.example",
        f"Area {number % 40}",
        f"SE{number % 20} {number % 9}AA",
        "gp, spine" if number % 4 else "",
    ]


def sheet():
    text = io.StringIO()
    write = csv.writer(text)
    write.writerow(HEADER)
    write.writerows(map(row, range(1, ROWS + 1)))
    return text.getvalue()


def memory():
    """The most memory this process has held so far, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def forget_the_most():
    Path("/proc/self/clear_refs").write_text("5")


@pytest.fixture
def clinic(committed):
    return a_clinic()


def copy_rows(practice, rows):
    """COPY into staging as an import does: in steps of as many rows, each its own transaction."""
    for first in range(0, len(rows), working.CHUNK):
        with enter(practice, durable=True):
            copy_in(packed(BATCH, rows[first : first + working.CHUNK]), len(HEADER))
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM staging.line WHERE batch = %s", [BATCH])


def read_and_copy(practice, run):
    """The file out of its sealed pieces, row by row into staging, nothing checked."""
    with enter(practice, durable=True):
        file = run.file
        rows = open_table(files.opened(file), name="list.csv").rows()
        copy_in(packed(BATCH, (cells for _, cells in rows)), len(HEADER))
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM staging.line WHERE batch = %s", [BATCH])


def copied_direct(practice, lines):
    """COPY what the good lines become into the real tables, which are empty again afterwards."""
    ready = Direct(practice, [line for number, line in enumerate(lines, 1) if number % BAD_EVERY])
    took = Cost.of(ready.copy, using="owner")
    ready.clear_away()
    return took


def all_of_it(practice):
    while working.work(practice):
        pass


def test_every_bad_line_of_a_large_list_is_found_in_flat_memory(clinic, capsys):
    text = sheet()
    lines = [tuple(row(number)) for number in range(1, ROWS + 1)]
    with enter(clinic):
        run = factories.uploaded(text, by=clinic.charlie)
        actions.match(run, by=clinic.charlie, matched=run.matched)
    copied = Cost.of(lambda: copy_rows(clinic, lines))
    direct = copied_direct(clinic, lines)
    lines = text = None
    read = Cost.of(lambda: read_and_copy(clinic, run))
    forget_the_most()
    before = memory()
    checked = Cost.of(lambda: all_of_it(clinic))
    with enter(clinic):
        run.refresh_from_db()
        actions.start(run, by=clinic.charlie)
    imported = Cost.of(lambda: all_of_it(clinic))
    grown = memory() - before
    with enter(clinic):
        run.refresh_from_db()
        assert (run.lines, run.bad, run.made) == (ROWS, ROWS // BAD_EVERY, ROWS - ROWS // BAD_EVERY)
        bad = set(run.notes.bad().values_list("line", flat=True))
        assert bad == {number + 1 for number in range(BAD_EVERY, ROWS + 1, BAD_EVERY)}
        assert Partner.objects.count() == run.made
    assert grown < 100, "MB"  # a worker that ran other tests before is large by itself
    kinds = {
        "COPY into staging": copied,
        "read the file and COPY": read,
        "COPY direct": direct,
        "dry run": checked,
        "import": imported,
        "dry run and import": checked + imported,
    }
    with capsys.disabled():
        print(f"\n{ROWS:,} rows, {run.bad:,} bad{'of the rate of':>68} staging  read  direct")
        for name, cost in kinds.items():
            ratios = "".join(f"{other.wall / cost.wall:7.2f}" for other in (copied, read, direct))
            print(f"{name:23}{cost.told(ROWS)}{ratios}")
        print(f"memory {memory():.0f} MB at most, {grown:.0f} MB more than before")
