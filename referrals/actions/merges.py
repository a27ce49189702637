"""What becomes of referrals when two partners or organisations turn out to be one."""

from partners.actions.merges import journal
from partners.signals import counted
from referrals.models import Referral


def of(merged) -> list:
    """How many referrals there are with a Partner, or with an Organisation as the office of the day."""
    return counted(referrals=Referral.objects.filter(**{merged._meta.model_name: merged}))


def follow(survivor, merged, merge):
    """They move, whatever their state; each keeps everything else."""
    kind = merge.kind
    journal.change(merge, Referral.objects.filter(**{kind: merged}), **{kind: survivor})


def put_back(merge) -> list:
    """They go back, but for those that somebody gave another partner or office since."""
    return journal.put_back(merge, Referral)
