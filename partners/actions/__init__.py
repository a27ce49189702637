"""Every write of whom we know, by concept: partners, endings, mail, offices, contacts, disciplines."""

from partners.actions.disciplines import seed_disciplines
from partners.actions.endings import end, resume
from partners.actions.mail import opt_in, opt_out
from partners.actions.partners import create, delete, finish_next_step, restore, update

__all__ = [
    "create",
    "delete",
    "end",
    "finish_next_step",
    "opt_in",
    "opt_out",
    "restore",
    "resume",
    "seed_disciplines",
    "update",
]
