"""What becomes of referrals when two partners or organisations turn out to be one."""

from partners.actions.merges import journal
from partners.models import terms_with
from partners.signals import counted
from referrals.actions import loop
from referrals.models import (
    AdviceRequest,
    CareTeamMember,
    Consent,
    Delivery,
    Offer,
    PortalLink,
    Referral,
    StatusNotice,
)

OF_A_PARTNER = (AdviceRequest, CareTeamMember, Consent, Delivery, Offer, PortalLink, StatusNotice)


def of(merged) -> list:
    """How many referrals there are with a Partner, or with an Organisation as the office of the day."""
    kind = merged._meta.model_name
    rows = {"referrals": Referral.objects.filter(**{kind: merged})}
    if kind == "partner":
        rows |= {
            "patients_treated": CareTeamMember.objects.kept().filter(partner=merged),
            "questions": AdviceRequest.objects.kept().filter(partner=merged),
            "consents": Consent.objects.filter(partner=merged),
            "offers": Offer.objects.filter(partner=merged),
        }
    return counted(**rows)


def follow(survivor, merged, merge):
    """They move, whatever their state; each keeps everything else."""
    kind = merge.kind
    journal.change(merge, Referral.objects.filter(**{kind: merged}), **{kind: survivor})
    if kind == "partner":
        for model in OF_A_PARTNER:
            journal.change(merge, model.objects.filter(partner=merged), partner=survivor)


def follow_terms(*partners):
    """Where something is agreed with one of them, clocks follow what is agreed now."""
    if terms_with(partners):
        for partner in partners:
            loop.follow_terms(partner)


def put_back(merge) -> list:
    """They go back, but for those that somebody gave another partner or office since."""
    return [kept for model in (Referral, *OF_A_PARTNER) for kept in journal.put_back(merge, model)]
