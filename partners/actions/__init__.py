"""Every write of whom we know, by concept: partners, endings, mail, offices, contacts, disciplines."""

from partners.actions.contacts import create_contact, update_contact
from partners.actions.disciplines import create_discipline, seed_disciplines, update_discipline
from partners.actions.endings import end, resume
from partners.actions.mail import opt_in, opt_out
from partners.actions.offices import (
    affiliate,
    create_organisation,
    delete_affiliation,
    delete_organisation,
    restore_affiliation,
    update_affiliation,
    update_organisation,
)
from partners.actions.partners import create, delete, finish_next_step, restore, update
from partners.actions.trash import fetch_back, oldest_restorable, put_away

__all__ = [
    "affiliate",
    "create",
    "create_contact",
    "create_discipline",
    "create_organisation",
    "delete",
    "delete_affiliation",
    "delete_organisation",
    "end",
    "fetch_back",
    "finish_next_step",
    "oldest_restorable",
    "opt_in",
    "opt_out",
    "put_away",
    "restore",
    "restore_affiliation",
    "resume",
    "seed_disciplines",
    "update",
    "update_affiliation",
    "update_contact",
    "update_discipline",
    "update_organisation",
]
