"""Every write of whom we know, by concept: partners, endings, mail, offices, contacts, disciplines."""

from partners.actions.agreements import agree
from partners.actions.agreements import put_back as put_agreement_back
from partners.actions.contacts import create_contact, delete_contact, restore_contact, update_contact
from partners.actions.disciplines import create_discipline, seed_disciplines, update_discipline
from partners.actions.endings import end, resume
from partners.actions.mail import opt_in, opt_out
from partners.actions.offices import (
    affiliate,
    create_organisation,
    delete_affiliation,
    delete_organisation,
    restore_affiliation,
    restore_organisation,
    update_affiliation,
    update_organisation,
)
from partners.actions.paperwork import (
    add_paperwork,
    change_paperwork,
    delete_paperwork,
    move_paperwork,
    restore_paperwork,
)
from partners.actions.partners import create, delete, finish_next_step, restore, take_next_step_back, update
from partners.actions.treating import mark_treating

__all__ = [
    "add_paperwork",
    "affiliate",
    "change_paperwork",
    "agree",
    "create",
    "create_contact",
    "create_discipline",
    "create_organisation",
    "delete",
    "delete_affiliation",
    "delete_contact",
    "delete_organisation",
    "delete_paperwork",
    "end",
    "finish_next_step",
    "mark_treating",
    "move_paperwork",
    "opt_in",
    "opt_out",
    "put_agreement_back",
    "restore",
    "restore_affiliation",
    "restore_contact",
    "restore_organisation",
    "restore_paperwork",
    "resume",
    "seed_disciplines",
    "take_next_step_back",
    "update",
    "update_affiliation",
    "update_contact",
    "update_discipline",
    "update_organisation",
]
