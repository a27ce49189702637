"""Every number of the dashboard by name: its words, what kind of rows it counts, and those rows."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q

from partners.models import Partner
from partners.states import Kind
from referralcrm.dashboards.relationships import Counts, count_windows, with_people
from referralcrm.dashboards.rows import Rows
from referralcrm.dashboards.statistics import partners_for_half
from referrals.models.firsts import was_first
from referrals.states import Source

REFERRALS, PARTNERS, CONTACTS, FRICTIONS = "referrals", "partners", "contacts", "things"


@dataclass(frozen=True)
class Definition:
    """One number: those ``among`` a QuerySet ``which`` fulfil a condition (all of them without one).

    Both are given the Rows. Numbers among the same rows are counted in one pass, by these two.
    """

    title: str
    words: str
    of: str
    among: Callable
    which: Callable | None = None

    def rows(self, rows: Rows):
        """The QuerySet that is counted and listed."""
        found = self.among(rows)
        return found.filter(self.which(rows)) if self.which else found


def of_half(counts: list[Counts]) -> list[Counts]:
    """The fewest partners who together made at least half of the referrals of the period."""
    made = sorted((one for one in counts if one.in_period), key=lambda one: (-one.in_period, one.partner_id))
    return made[: partners_for_half([one.in_period for one in made])]


def _those(chosen):
    """Partners chosen by their counts, as a QuerySet."""

    def rows(rows: Rows):
        return Partner.objects.filter(pk__in=[one.partner_id for one in chosen(count_windows(rows))])

    return rows


def _only_us(counts):
    people = with_people([one for one in counts if one.is_only_us])
    return [person.counts for person in people if person.is_only_us]


COUNTED: dict[str, Definition] = {
    "received": Definition(
        "Received",
        "Patients who came to us; a second referrer of the same matter does not count them twice.",
        REFERRALS,
        Rows.received,
    ),
    "received-before": Definition(
        "Received a year earlier",
        "The same months a year earlier, up to the same day.",
        REFERRALS,
        Rows.received_before,
    ),
    "sent": Definition("Sent", "Referrals we made.", REFERRALS, Rows.sent),
    "sent-before": Definition(
        "Sent a year earlier",
        "The same months a year earlier, up to the same day.",
        REFERRALS,
        Rows.sent_before,
    ),
    "source-unknown": Definition(
        "Source unknown",
        "Received, and nobody knows yet who recommended us.",
        REFERRALS,
        Rows.received,
        lambda rows: Q(source=Source.UNKNOWN),
    ),
    "from-partners": Definition(
        "Received from partners", "Second referrers of one matter included.", REFERRALS, Rows.from_partners
    ),
    "visits": Definition(
        "Back with the referrer",
        "At least 60 days old; the patient came, and has been back with the referrer since.",
        REFERRALS,
        Rows.visits,
    ),
    "visits-with-report": Definition(
        "Reported before the next visit",
        "Of those, our report had left by the day before.",
        REFERRALS,
        Rows.visits,
        lambda rows: was_first(rows.today),
    ),
    "to-thank": Definition(
        "To be thanked for",
        "Received from partners and at least 60 days old; not the declined and the redirected.",
        REFERRALS,
        Rows.to_thank,
    ),
    "thanked-in-time": Definition(
        "Thanked within 2 working days",
        "Of those, a note left or a card or call was ticked off within two working days.",
        REFERRALS,
        Rows.to_thank,
        Rows.thanked_in_time,
    ),
    "unthanked": Definition(
        "Not thanked yet",
        "Received from partners in the last 60 days; whatever the thanks wait for.",
        REFERRALS,
        Rows.unthanked,
    ),
    "our-reports-overdue": Definition(
        "Our reports overdue",
        "Received; the day we promised a report by has passed.",
        REFERRALS,
        Rows.our_reports_overdue,
    ),
    "their-reports-overdue": Definition(
        "Their reports overdue",
        "Sent; their report has not come by its day.",
        REFERRALS,
        Rows.their_reports_overdue,
    ),
    "reports-promised": Definition(
        "Reports promised",
        "Received from partners at least 60 days ago; the day of our report has passed.",
        REFERRALS,
        Rows.reports_promised,
    ),
    "reports-in-time": Definition(
        "Reports in time",
        "Of those, the report was sent by its day.",
        REFERRALS,
        Rows.reports_promised,
        Rows.reports_in_time,
    ),
    "loop": Definition(
        "Reports we wait for or have",
        "Sent and at least 60 days old, where a report is required.",
        REFERRALS,
        Rows.loop,
    ),
    "loop-closed": Definition(
        "Reports that came", "Of those, their report came.", REFERRALS, Rows.loop, Rows.loop_closed
    ),
    "measured": Definition(
        "CMS50-style: counted",
        "First referral of each patient, January to October, at least 60 days old. Not for submission.",
        REFERRALS,
        Rows.measured,
    ),
    "measured-closed": Definition(
        "CMS50-style: report received",
        "Of those, the same clinician’s report came within the year. Not for submission.",
        REFERRALS,
        Rows.measured,
        Rows.measured_closed,
    ),
    "partners": Definition("Partners", "With whom there is a relationship now.", PARTNERS, Rows.partners),
    "new-partners": Definition("New partners", "Added in this period.", PARTNERS, Rows.new_partners),
}
COUNTED["hard-for-them"] = Definition(
    "What was hard for them",
    "Told us by partners and not answered yet; automatic mail to them waits.",
    FRICTIONS,
    Rows.hard_for_them,
)
for _kind in Kind:
    COUNTED[f"contacts-{_kind}"] = Definition(
        f"Contacts: {_kind.label}",
        "Calls, visits, letters and every other real contact in this period, theirs included.",
        CONTACTS,
        Rows.contacts,
        lambda rows, kind=_kind: Q(partner__kind=kind),
    )
    COUNTED[f"partners-{_kind}"] = Definition(
        f"Partners: {_kind.label}",
        "With whom there is a relationship now.",
        PARTNERS,
        Rows.partners,
        lambda rows, kind=_kind: Q(kind=kind),
    )


def counted(rows: Rows) -> dict:
    """What ``count_and_list`` counts: by what is counted among, its QuerySet and the conditions by name."""
    numbers = {}
    for name, definition in COUNTED.items():
        _, conditions = numbers.setdefault(definition.among.__name__, (definition.among(rows), {}))
        conditions[name] = definition.which and definition.which(rows)
    return numbers


CHOSEN: dict[str, Definition] = {
    "frequent": Definition(
        "Frequent partners",
        "At least 3 referrals received in the last 12 months.",
        PARTNERS,
        _those(lambda counts: [one for one in counts if one.is_frequent]),
    ),
    "quiet": Definition(
        "Gone quiet",
        "None received in the last 90 days, at least 3 in the year before those.",
        PARTNERS,
        _those(lambda counts: [one for one in counts if one.is_quiet]),
    ),
    "fewer": Definition(
        "Fewer than before",
        "Unlikely to be chance, and noticed for the first time this month.",
        PARTNERS,
        _those(lambda counts: [one for one in counts if one.fall]),
    ),
    "only-us": Definition(
        "Only we have sent so far",
        "At least 3 sent in 12 months, none received in 24, and never a contact.",
        PARTNERS,
        _those(_only_us),
    ),
    "half": Definition(
        "Half of what partners send",
        "The fewest partners who together made half of the referrals of this period, by name.",
        PARTNERS,
        _those(of_half),
    ),
}
DEFINITIONS = COUNTED | CHOSEN
