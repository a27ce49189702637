"""Which partner is meant by what was typed, with JavaScript or without."""

from dataclasses import dataclass, field
from uuid import UUID

from partners.models import Partner
from referrals.models.patients import normalised
from referrals.states import Source

NEW = "new"
OFFERED = 8


@dataclass(frozen=True)
class Who:
    """The answer: a partner, a new one's name, another source, or the partners to choose from."""

    text: str = ""
    partner: Partner | None = None
    new_name: str = ""
    source: str = Source.PARTNER
    offered: list = field(default_factory=list)
    is_unclear: bool = False

    @property
    def is_offering(self) -> bool:
        """Whether the page shows choices for the text."""
        return self.is_unclear and bool(self.text)


def resolve(text: str, chosen: str, *, asked: str, other_sources: bool, kept=None) -> Who:
    """Whom ``text`` and the hidden or radio value ``chosen`` mean.

    ``chosen`` holds only while the text is the one it was chosen for: the partner's own name, or
    ``asked``, the text that the choices were shown for. ``kept`` is a partner who stays possible
    even though the relationship has ended.
    """
    if other_sources and chosen in set(Source) - {Source.PARTNER}:
        return Who(text, source=chosen)
    if not text:
        return Who(is_unclear=True)
    if kept and chosen == str(kept.pk) and text == kept.name:
        return Who(text, partner=kept)
    if chosen == NEW:
        return Who(text, new_name=text)
    partner = _with_id(chosen)
    if partner and text in (partner.name, asked):
        return Who(text, partner=partner)
    return _by_name(text)


def _with_id(value):
    try:
        return Partner.objects.current().with_office().filter(pk=UUID(value)).first()
    except ValueError:
        return None


def _by_name(text):
    found = list(Partner.objects.current().with_office().matching(text)[:OFFERED])
    same = [partner for partner in found if normalised(partner.name) == normalised(text)]
    within = [partner for partner in found if normalised(text) in normalised(partner.name)]
    for only in (same, within):
        if len(only) == 1:
            return Who(text, partner=only[0])
    return Who(text, offered=found, is_unclear=True)
