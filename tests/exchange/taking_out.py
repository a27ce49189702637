"""A list from the question to the file: people's part by actions, the worker's by ``write_exports``."""

import csv
import io
import re
from html import unescape

from referralcrm.exchange.models import Export
from referralcrm.exchange.outgoing import actions
from referralcrm.exchange.outgoing.work import write_exports
from referralcrm.practice.scope import enter
from referrals.actions import receive
from tests import factories


def taken_out(practice, kind, *, by, **options):
    """The export, after the worker has nothing left to do."""
    with enter(practice):
        export = actions.ask_for(kind, by=by, **options)
    assert not write_exports(practice)
    with enter(practice):
        export.refresh_from_db()
    return export


def file_of(practice, export, ending="csv", number=1):
    with enter(practice):
        return actions.fetch(export, number=number, ending=ending, by=export.by)


def rows_of(practice, kind, *, by, **options):
    """The rows of the CSV as {header: cell}."""
    text = file_of(practice, taken_out(practice, kind, by=by, **options)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def taken_from(practice, browser, address, **said):
    """Press *Export* on a page, say that it is to read, and read the rows of the file."""
    body = browser.get(address).content.decode()
    link = unescape(re.search(r'href="([^"]*/exports/new/[^"]*)"', body).group(1))
    asked = browser.post(link, {"as_seen": "seen"} | said)
    assert asked.status_code == 302
    assert not write_exports(practice)
    with enter(practice):
        export = Export.objects.latest("created_at")
    return table_of(practice, export)


def table_of(practice, export):
    """The rows of the CSV, its header first."""
    text = file_of(practice, export).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def log(practice, name="Zebedee Canary", **fields):
    """A referral whose patient and reason would be found if they stood where they should not."""
    fields = {"partner": factories.partner(), "happened_on": practice.today()} | fields
    patient = factories.patient(name, record=fields.pop("record", "20417"))
    return receive(by=practice.charlie, patient=patient, reason="Canary cough", **fields)
