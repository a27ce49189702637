"""Every write of the referral log, by concept: logging, patients, the journey, the reports."""

from referrals.actions.log import receive, send

__all__ = ["receive", "send"]
