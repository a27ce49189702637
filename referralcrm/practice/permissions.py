"""Who may do what: one table, in code. Every view declares one permission or that it is public."""

from enum import StrEnum
from functools import wraps

from django.http import HttpResponseNotAllowed
from django.template.loader import render_to_string

from referralcrm.practice.states import Role


class Permission(StrEnum):
    VIEW = "see partners, referrals and lists"
    VIEW_PATIENTS = "see patients' names"
    LOG = "log referrals, contacts and tasks"
    SIGN_REPORTS = "sign reports about patients"
    EDIT_PARTNERS = "add and change partners"
    MERGE = "merge duplicates and take them apart"
    APPROVE_MAIL = "approve, send and withdraw messages"
    VIEW_DASHBOARD = "read the dashboard"
    EXPORT = "export lists"
    IMPORT = "bring in spreadsheets, and undo that"
    MANAGE_PRACTICE = "change services, cadences, rules and templates"
    MANAGE_PEOPLE = "add, change and deactivate people"
    VIEW_AUDIT = "read the audit log"
    VIEW_HEALTH = "see whether the automatic work ran"
    ANSWER_QUALITY = "answer quality flags"
    RESTORE = "undo what was entered in error"


P = Permission
_EVERYDAY = {P.VIEW, P.VIEW_PATIENTS, P.LOG, P.EDIT_PARTNERS, P.APPROVE_MAIL, P.VIEW_HEALTH}

GRANTS: dict[str, frozenset[Permission]] = {
    Role.STAFF: frozenset(_EVERYDAY | {P.MERGE}),
    Role.CLINICIAN: frozenset(_EVERYDAY | {P.SIGN_REPORTS}),
    Role.MANAGER: frozenset(
        _EVERYDAY
        | {P.MERGE, P.SIGN_REPORTS, P.VIEW_DASHBOARD, P.EXPORT, P.IMPORT, P.RESTORE, P.ANSWER_QUALITY}
        | {P.MANAGE_PRACTICE, P.MANAGE_PEOPLE, P.VIEW_AUDIT}
    ),
    Role.ADMINISTRATOR: frozenset(
        {P.VIEW, P.EXPORT, P.MANAGE_PRACTICE, P.MANAGE_PEOPLE, P.VIEW_AUDIT, P.VIEW_HEALTH, P.VIEW_DASHBOARD}
    ),
    Role.AUDITOR: frozenset({P.VIEW, P.VIEW_DASHBOARD, P.VIEW_AUDIT, P.VIEW_HEALTH}),
}


def roles_with(permission: Permission) -> list[str]:
    """The roles that the table grants ``permission``."""
    return [role for role, granted in GRANTS.items() if permission in granted]


def allow(permission: Permission, *, methods: str = "GET"):
    """Declare the permission a view needs and its methods ("GET", "POST" or "GET POST").

    The middleware asks for the permission before the view runs.
    """
    return _declare(permission, methods)


def public(*, methods: str = "GET"):
    """Declare a view that anybody may open, signed in or not."""
    return _declare(None, methods)


def _declare(permission, methods):
    answered = {*methods.split(), *(["HEAD"] if "GET" in methods else [])}

    def decorate(view):
        @wraps(view)
        def declared(request, *args, **kwargs):
            if request.method not in answered:
                return HttpResponseNotAllowed(sorted(answered), render_to_string("errors/405.html"))
            return view(request, *args, **kwargs)

        declared.permission = permission
        declared.methods = answered
        return declared

    return decorate
