"""One e-mail a week to each person who has people to keep in touch with; it never names a patient."""

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from outreach import mail
from outreach.actions.messages.people import write_to
from outreach.models import Rule, Task
from outreach.states import RuleKind, TaskKind
from referralcrm.practice.models import User

NAMED_AT_MOST = 25


def write(practice, period, today) -> int:
    """Put a digest in the outbox for everybody with an open check-in; how many people have one.

    The fact is the person and the week, so a week that is run twice writes nothing twice.
    """
    rule = Rule.objects.filter(kind=RuleKind.DIGEST, is_active=True).first()
    if rule is None:
        return 0
    lists = _lists(today)
    people = User.objects.active().filter(practice=practice, pk__in=lists)
    for person in people:
        subject, body = mail.digest(
            rule, practice=practice, person=person, people=_in_words(lists[person.pk])
        )
        write_to(person, rule=rule, fact=f"digest:{person.pk}:{period}", subject=subject, body=body)
    return len(people)


def _lists(today):
    """For each owner the first check-ins of the week, as (partner, why, how many there are in all)."""
    mine = {"partition_by": F("owner")}
    rows = (
        Task.objects.showing(today)
        .filter(kind=TaskKind.CHECK_IN, owner__isnull=False)
        .annotate(
            place=Window(RowNumber(), order_by=["due_on", "id"], **mine), total=Window(Count("pk"), **mine)
        )
        .filter(place__lte=NAMED_AT_MOST)
        .order_by("owner", "place")
        .values_list("owner", "partner__name", "why", "total")
    )
    lists = {}
    for owner, name, why, total in rows:
        lists.setdefault(owner, []).append((name, why, total))
    return lists


def _in_words(rows) -> str:
    lines = [f"- {name}: {why}" for name, why, _ in rows]
    if more := rows[0][2] - len(rows):
        lines.append(f"… and {more} more.")
    return "\n".join(lines)
