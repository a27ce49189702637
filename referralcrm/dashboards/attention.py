"""What needs a manager's attention: a reason in words, and what to do about it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.urls import reverse

from outreach.states import MessageState
from partners.models import Partner
from referralcrm.core.rates import Rate
from referralcrm.dashboards.relationships import Relationship
from referralcrm.dashboards.statistics import Check
from referralcrm.practice.permissions import Permission

MOST_OF_A_KIND = 4
ASK_AGAIN = timedelta(days=30)


@dataclass(frozen=True)
class Plan:
    """The task that one tap opens for whoever looks after the partner."""

    button: str
    title: str
    why: str
    due_on: date
    owner_id: object
    partner_id: object


@dataclass(frozen=True)
class Item:
    """One row. ``plan`` and ``later`` are tasks; ``url`` and ``button`` lead to where it is finished."""

    name: str
    why: str
    name_url: str = ""
    about: str = ""
    tag: str = ""
    tone: str = "soon"
    more: str = ""
    plan: Plan | None = None
    later: Plan | None = None
    url: str = ""
    button: str = ""
    partner_id: object = None


def clinic_sentence(check: Check) -> str:
    """Said first when the whole clinic is down, or an empty text."""
    if check.fall is None:
        return ""
    return (
        f"The whole clinic receives fewer than before: {check.fall.in_words}; unlikely to be chance. "
        "Look at that first: one partner’s fall may be a part of it."
    )


@dataclass(frozen=True)
class Group:
    """Rows of one kind: the first of them to show, and how many there are besides; ``partners`` are all."""

    items: list[Item]
    left_out: int
    partners: frozenset


def attention(people: list[Relationship], lists: dict, *, today: date, workday: date, me) -> list[Group]:
    """Groups of rows, most urgent first: falls, late reports, messages, gone quiet, one-sided.

    ``lists`` are the overdue reports, what was kept before, and the messages that wait for an answer;
    ``workday`` is when a planned call is due; ``me`` puts something off for 30 days for themselves.
    One query, for the partners of the rows that are shown.
    """
    waiting = [one for one in people if one.needs_a_contact(today)]
    fallen = [one for one in waiting if one.counts.fall]
    quiet = [one for one in waiting if one.counts.is_quiet and not one.counts.fall]
    only_us = [one for one in waiting if one.is_only_us]
    shown = [one.partner_id for some in (fallen, quiet, only_us) for one in some[:MOST_OF_A_KIND]]
    known = Partner.objects.filter(pk__in=shown).select_related("discipline", "owner").in_bulk()
    planning = _Planning(today, workday, me, known)
    return [
        _of_partners(fallen, planning.fewer),
        _of_items(_late_reports(lists["overdue"], lists["kept"], today)),
        _of_items([_message(row) for row in lists["messages"]]),
        _of_partners(quiet, planning.gone_quiet),
        _of_partners(only_us, planning.only_us),
    ]


def _of_partners(people, told) -> Group:
    shown, others = people[:MOST_OF_A_KIND], people[MOST_OF_A_KIND:]
    return Group([told(one) for one in shown], len(others), frozenset(one.partner_id for one in people))


def _of_items(items) -> Group:
    shown, others = items[:MOST_OF_A_KIND], items[MOST_OF_A_KIND:]
    return Group(shown, len(others), frozenset(item.partner_id for item in items) - {None})


@dataclass(frozen=True)
class _Planning:
    today: date
    workday: date
    me: object
    known: dict  # the partners by key

    def fewer(self, one):
        fall = one.counts.fall
        return self._item(
            one,
            f"{fall.in_words.capitalize()}; unlikely to be chance. {last_in_touch(one, self.today)}",
            reason=f"Fewer than before: {fall.in_words}.",
            what="call",
            tag="fewer than before",
            tone="late",
            more=f"about 1 time in {fall.one_in} if nothing had changed",
        )

    def gone_quiet(self, one):
        counts, told = (
            one.counts,
            f"{one.counts.quiet_before} received in the year before, none in the last 90 days",
        )
        return self._item(
            one,
            f"{told}{'' if counts.now.can_tell else '; too few referrals to tell whether that is chance'}. "
            f"{last_in_touch(one, self.today)}",
            reason=f"Gone quiet: {told}.",
            what="call",
            tag="gone quiet",
        )

    def only_us(self, one):
        told = f"Only we have sent so far ({one.counts.sent} in 12 months), and there was never a contact"
        return self._item(one, f"{told}. Do they know how to reach us?", reason=f"{told}.", what="visit")

    def _item(self, one, why, *, reason, what, **looks):
        partner = self.known[one.partner_id]
        return Item(
            name=partner.name,
            name_url=reverse("partners:detail", args=[partner.pk]),
            partner_id=partner.pk,
            about=partner.discipline.name.lower() if partner.discipline else "",
            why=why,
            plan=self._plan(
                partner, f"Plan a {what}", f"{what.capitalize()} {partner.name}", reason, self.workday
            ),
            later=self._plan(
                partner,
                "Snooze",
                f"Look at {partner.name} again",
                reason,
                self.today + ASK_AGAIN,
                owner_id=self.me.pk,
            ),
            **looks,
        )

    def _plan(self, partner: Partner, button, title, why, due_on, owner_id=None):
        owner = partner.owner if partner.owner and partner.owner.may(Permission.LOG) else self.me
        return Plan(button, title[:200], why[:300], due_on, owner_id or owner.pk, partner.pk)


def _late_reports(overdue, kept, today):
    """One row for each partner who waits for a report of ours, the longest wait first."""
    by_partner = defaultdict(list)
    for report in overdue:
        by_partner[report["partner"]].append(report)
    kept_by = {row["partner"]: Rate(row["kept"], row["promised"]) for row in kept}
    return [_late_report(reports, kept_by.get(partner), today) for partner, reports in by_partner.items()]


def _late_report(reports, kept: Rate | None, today):
    first = reports[0]
    late = (today - date.fromisoformat(first["due_on"])).days
    by = f"{late} days" if late > 1 else "a day"
    how_many = (
        f"One report is {by} late"
        if len(reports) == 1
        else f"{len(reports)} reports are late, the first by {by}"
    )
    before = f"; the promised day was kept {kept.hits} of {kept.n} times" if kept and kept.n else ""
    return Item(
        name=first["name"],
        name_url=reverse("partners:detail", args=[first["partner"]]),
        partner_id=UUID(first["partner"]),
        tag="promise at risk",
        why=f"{how_many}{before}.",
        url=reverse("referrals:detail", args=[first["referral"]]),
        button="Open report",
    )


def _message(row):
    """A mail that failed or may not have arrived."""
    lost = row["state"] == MessageState.IN_DOUBT
    what = "The line dropped while it was handed over" if lost else "The mail server refused it"
    return Item(
        name=f"Mail to {row['partner'] or row['person']}",
        tag=MessageState(row["state"]).label,
        why=f"{what}; a person has to decide.",
        url=reverse("outreach:message", args=[row["id"]]),
        button="Look",
    )


def last_in_touch(one: Relationship, today: date) -> str:
    """ "Last in touch 71 days ago." """
    if one.last_contact is None:
        return "Never in touch so far."
    days = (today - one.last_contact).days
    return "Last in touch today." if days == 0 else f"Last in touch {days} day{'s' if days > 1 else ''} ago."
