"""Keep a file of outcomes, and carry out what it says."""

from dataclasses import dataclass, field

from django.db import transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.exchange.columns import guess
from referralcrm.exchange.outcomes.matching import Found, find, table_of
from referralcrm.exchange.outcomes.models import OutcomeFile
from referralcrm.exchange.outcomes.sheet import OUTCOMES
from referralcrm.practice import files
from referrals.actions import move
from referrals.states import Verb

MEGABYTE = 1024 * 1024
LIMIT = 2 * MEGABYTE
AT_ONCE = 200  # referrals; the next go by another press
SAMPLE = 20


@transaction.atomic
def keep(*, file, by) -> OutcomeFile:
    """Keep an uploaded file, its columns guessed. Raises Refused when it cannot be read."""
    stored = files.put(file, name=file.name, content_type="application/octet-stream", limit=LIMIT)
    kept = OutcomeFile(file=stored, by=by)
    table = table_of(kept)
    kept.matched = guess(OUTCOMES, table.header, table.sample(SAMPLE))
    kept.save()
    record("uploaded", by=by, subject=kept)
    return kept


@transaction.atomic
def match(kept: OutcomeFile, *, by, matched: dict[str, int]) -> OutcomeFile:
    """Say anew which column is what."""
    kept.matched = matched
    kept.save(update_fields=["matched"])
    record("matched", by=by, subject=kept)
    return kept


@dataclass
class Carried:
    """How many referrals moved, how many rows are left for another press, and what was refused."""

    moved: int = 0
    left: int = 0
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def carry_out(kept: OutcomeFile, *, by) -> Carried:
    """Take the steps that the file means, some 200 at a time."""
    to_set = find(table_of(kept), kept.matched).to_set
    carried = Carried(left=len(to_set))
    for line in to_set:
        if carried.moved >= AT_ONCE:
            break
        for referral in line.referrals:
            _take(referral, line, by, carried)
        carried.left -= 1
    return carried


def _take(referral, line, by, carried):
    later = {"appointment_on": line.new_on} if line.verb == Verb.REBOOK and line.new_on else {}
    try:
        with transaction.atomic():
            move(referral, line.verb, by=by, on=line.on, version=referral.version, **later)
            carried.moved += 1
    except Refused as refused:
        carried.refused.append(f"Line {line.number}: {refused.message}")


def forget(kept: OutcomeFile):
    """Delete a file whose days are over."""
    file = kept.file
    kept.delete()
    file.delete()


def report(found: Found) -> list[list[str]]:
    """Rows of (line, record number, date, outcome, why) for what did not match."""
    return [
        [str(line.number), line.record, line.on.isoformat() if line.on else "", line.said, line.why]
        for line in found.unmatched
    ]
