"""Every clock that runs about referrals that count: reports due, referrers to tell, appointments promised."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Subquery, Value

from referrals.models.loop import Obligation, due_in_words, on_day
from referrals.models.referrals import Referral
from referrals.states import Direction, Running, Side

DIRECTION = {Side.US: Direction.RECEIVED, Side.THEM: Direction.SENT}
WORDS = {
    Running.ACKNOWLEDGEMENT: "the referrer has not heard yet that the referral arrived",
    Running.APPOINTMENT: "an appointment was promised by then",
}


def running(side, location=None) -> dict:
    """The rows whose clocks run on one side, by what runs; each with ``due_by``.

    Reports are Obligations, the others Referrals. An appointment is promised by whoever receives the
    patient, and only we tell a referrer.
    """
    log = Referral.objects.open().at(location).filter(direction=DIRECTION[side])
    reports = of_kept(Obligation.objects.filter(side=side).due().at(location))
    return {
        Running.REPORT: reports.annotate(due_by=F("due_on")),
        Running.ACKNOWLEDGEMENT: log.filter(acknowledge_by__isnull=False).annotate(
            due_by=F("acknowledge_by")
        ),
        Running.APPOINTMENT: log.filter(appointment_by__isnull=False).annotate(due_by=F("appointment_by")),
    }


def of_kept(reports):
    """Those about referrals that count, each looked up by its key.

    A scalar subquery on purpose: as a join Postgres reads the whole log again for every report while it
    knows nothing about freshly loaded tables.
    """
    kept = Referral.objects.kept().filter(pk=OuterRef("referral_id")).order_by()
    return reports.alias(about_kept=Subquery(kept.values("pk")[:1])).filter(about_kept__isnull=False)


def in_order(clocks: dict):
    """The rows of ``running`` as one list of (due_by, what, pk, referral), the least time left first."""
    first, *others = [
        rows.order_by()
        .annotate(what=Value(what), about=F("referral_id" if what == Running.REPORT else "pk"))
        .values_list("due_by", "what", "pk", "about")
        for what, rows in clocks.items()
    ]
    return first.union(*others, all=True).order_by("due_by", "what", "pk")


def why(what, due_on, today) -> str:
    """One sentence about a clock that stands on the referral itself."""
    return due_in_words(due_on, WORDS[what], today)


@dataclass(frozen=True)
class OwnClock:
    """A clock on the referral itself as its page tells it; ``due_on`` is None when it has stopped."""

    what: Running
    due_on: date | None
    said: str


def own_clocks(referral, today) -> list[OwnClock]:
    """Telling the referrer, and the appointment, as far as there is something to say."""
    days = {
        Running.ACKNOWLEDGEMENT: referral.acknowledge_by,
        Running.APPOINTMENT: referral.appointment_by,
    }
    found = [OwnClock(what, day, why(what, day, today)) for what, day in days.items() if day]
    if referral.acknowledged_on:
        said = f"The referrer was told {on_day(referral.acknowledged_on)}."
        found.append(OwnClock(Running.ACKNOWLEDGEMENT, None, said))
    return found
