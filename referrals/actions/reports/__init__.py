"""Documents about a patient: begun, saved while they are written, signed once, and amended by a new one."""

from referrals.actions.reports.drafts import discard, previous, restore, save, start
from referrals.actions.reports.enclosing import enclose, enclose_article, enclosed, take_out
from referrals.actions.reports.library import add_article, article_of
from referrals.actions.reports.signing import amend, finalise, missing_parts, pdf_of

__all__ = [
    "add_article",
    "article_of",
    "amend",
    "discard",
    "enclose",
    "enclose_article",
    "enclosed",
    "finalise",
    "missing_parts",
    "pdf_of",
    "previous",
    "restore",
    "save",
    "start",
    "take_out",
]
