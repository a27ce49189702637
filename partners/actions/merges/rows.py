"""What of this app's own rows moves with a partner or an organisation."""

from django.utils import timezone

from partners.actions.merges.journal import change
from partners.models import Affiliation, Agreement, Contact, Friction, Paperwork, Partner, PartnerPlan
from partners.models.agreements import SAID
from partners.signals import counted
from partners.states import Side

OF_A_PARTNER = (Contact, Affiliation, Agreement, PartnerPlan, Friction, Paperwork)
OF_AN_ORGANISATION = (Affiliation, Partner)


def of(merged) -> list:
    """How many of this app's rows there are with a Partner or an Organisation."""
    if merged._meta.model_name == "organisation":
        return counted(
            offices=Affiliation.objects.kept().filter(organisation=merged),
            partners=Partner.objects.kept().filter(organisation=merged),
        )
    return counted(
        people=Contact.objects.kept().filter(partner=merged),
        agreed=Agreement.objects.filter(partner=merged),
        hard_for_them=Friction.objects.kept().filter(partner=merged),
        offices=Affiliation.objects.kept().filter(partner=merged),
        plans=PartnerPlan.objects.filter(partner=merged),
        paperwork=Paperwork.objects.kept().filter(partner=merged),
    )


def follow_partner(merge, survivor, merged, *, plans=Side.BOTH):
    """Contacts, offices and, unless only the survivor's are wanted, plans. What is there twice is folded."""
    theirs = Contact.objects.filter(partner=merged)
    doubled = _doubled_contacts(Contact.objects.kept().filter(partner=survivor), theirs.kept())
    change(merge, theirs.filter(pk__in=doubled), deleted_at=timezone.now())
    change(merge, theirs, partner=survivor)
    change(merge, Friction.objects.filter(partner=merged), partner=survivor)
    _follow_paperwork(merge, survivor, merged)
    _agree(merge, survivor, merged)
    _fold(merge, Affiliation.objects.filter(partner=survivor), Affiliation.objects.filter(partner=merged))
    change(merge, Affiliation.objects.filter(partner=merged), partner=survivor)
    if plans == Side.BOTH:
        taken = PartnerPlan.objects.filter(partner=survivor).values("plan")
        change(merge, PartnerPlan.objects.filter(partner=merged).exclude(plan__in=taken), partner=survivor)


def follow_organisation(merge, survivor, merged):
    """Those who work there, and whose main office it is."""
    ours, theirs = (Affiliation.objects.filter(organisation=row) for row in (survivor, merged))
    _fold(merge, ours, theirs)
    change(merge, theirs, organisation=survivor)
    change(merge, Partner.objects.filter(organisation=merged), organisation=survivor)


def _follow_paperwork(merge, survivor, merged):
    """A line that both want, with the same things, stands once."""
    theirs = Paperwork.objects.filter(partner=merged)
    wanted = [_asks_for(line) for line in Paperwork.objects.kept().filter(partner=survivor)]
    doubled = [line.pk for line in theirs.kept() if _asks_for(line) in wanted]
    change(merge, theirs.filter(pk__in=doubled), deleted_at=timezone.now())
    change(merge, theirs, partner=survivor)


def _asks_for(line):
    return line.what.casefold(), line.goes_with


def _agree(merge, survivor, merged):
    """What was agreed with both: the survivor's words, and the other's where the survivor has none."""
    theirs = Agreement.objects.filter(partner=merged).first()
    ours = Agreement.objects.filter(partner=survivor).first()
    if theirs and ours:
        said = {name: getattr(theirs, name) for name in SAID if getattr(ours, name) in (None, "")}
        filled = {name: value for name, value in said.items() if value not in (None, "")}
        if filled:
            change(merge, Agreement.objects.filter(pk=ours.pk), **filled)
    elif theirs:
        change(merge, Agreement.objects.filter(pk=theirs.pk), partner=survivor)


def _doubled_contacts(ours, theirs):
    """The keys of those who are there already and about whom nothing more is known."""
    known = {contact.name.casefold(): contact for contact in ours}
    return [
        contact.pk
        for contact in theirs
        if (same := known.get(contact.name.casefold()))
        and all(getattr(contact, name) in ("", getattr(same, name)) for name in ("phone", "email", "note"))
    ]


def _fold(merge, ours, theirs):
    """One person's two spans at one place that touch become one; the other goes into the trash.

    ``ours`` and ``theirs`` are the spans of the two rows that are merged.
    """
    ours, folded = list(ours.kept()), []
    for span in theirs.kept():
        twin = next((each for each in ours if _is_same(merge, each, span) and _touch(each, span)), None)
        if twin:
            folded.append(span.pk)
            change(merge, Affiliation.objects.filter(pk=twin.pk), **_widened(twin, span))
    change(merge, Affiliation.objects.filter(pk__in=folded), deleted_at=timezone.now())


def _is_same(merge, ours, theirs):
    """Of one person at one place, once the two rows are one."""
    other = "organisation_id" if merge.kind == "partner" else "partner_id"
    return getattr(ours, other) == getattr(theirs, other)


def _touch(ours, theirs):
    return (ours.since is None or theirs.until is None or ours.since <= theirs.until) and (
        theirs.since is None or ours.until is None or theirs.since <= ours.until
    )


def _widened(ours, theirs):
    """From the first known day to the last; one that the partner's ending closed keeps its days."""
    values = {"position": ours.position or theirs.position}
    if not (ours.ended_with_partner or theirs.ended_with_partner):
        values["since"] = min(filter(None, [ours.since, theirs.since]), default=None)
        values["until"] = max(ours.until, theirs.until) if ours.until and theirs.until else None
    return values
