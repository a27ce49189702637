"""Documents about a patient: begun, saved while they are written, signed once, and amended by a new one."""

from referrals.actions.reports.drafts import discard, restore, save, start
from referrals.actions.reports.enclosing import enclose, enclose_article, enclosed, take_out
from referrals.actions.reports.signing import amend, finalise, missing_parts, pdf_of

__all__ = [
    "amend",
    "discard",
    "enclose",
    "enclose_article",
    "enclosed",
    "finalise",
    "missing_parts",
    "pdf_of",
    "restore",
    "save",
    "start",
    "take_out",
]
