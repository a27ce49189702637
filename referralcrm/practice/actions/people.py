"""Who works here, in which role, and what happens to their work when they leave."""

from django.db import IntegrityError, transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock, write
from referralcrm.practice.models import Practice, User
from referralcrm.practice.permissions import Permission, roles_with
from referralcrm.practice.signals import owned_by, person_deactivated

NO_KEEPER = "Somebody active has to be able to manage people. Give another person that role first."


@transaction.atomic
def add(*, by, **fields):
    """Add a person without a password to the practice of ``by``. Raises Refused."""
    try:
        with transaction.atomic():
            person = User.objects.create_user(practice=by.practice, **fields)
    except IntegrityError as error:
        raise Refused("Somebody already signs in with this e-mail.", field="email") from error
    record("added", by=by, subject=person, changed=["role"], note=person.get_role_display())
    return person


@transaction.atomic
def update(person, *, version, by, **fields):
    """Change what we know about a person, the role included. Raises Stale, and Refused for roles."""
    _one_at_a_time(by.practice)
    current = lock(person, version=version)
    role = fields.get("role", current.role)
    if role != current.role:
        if current.pk == by.pk:
            raise Refused("Nobody changes their own role; ask another manager.", field="role")
        if role not in roles_with(Permission.MANAGE_PEOPLE):
            _keep_a_keeper(current)
    try:
        with transaction.atomic():
            changed = write(current, **fields)
    except IntegrityError as error:
        raise Refused("Somebody already signs in with this e-mail.", field="email") from error
    if changed:
        note = f"role: {current.get_role_display()}" if "role" in changed else ""
        record("changed", by=by, subject=current, changed=changed, note=note)
    return current


@transaction.atomic
def deactivate(person, *, heir, by):
    """End a person's access at once and hand what they look after to ``heir``.

    Every session of theirs is rejected at its next request. Raises Refused.
    """
    _one_at_a_time(by.practice)
    current = lock(person)
    if current.pk == by.pk:
        raise Refused("Nobody ends their own access; ask another manager.")
    if not current.is_active:
        raise Refused(f"{current.name} can no longer sign in already.")
    _keep_a_keeper(current)
    if heir is None and owned_by(current):
        raise Refused(f"Choose who takes over what {current.name} looks after.", field="heir")
    if heir and not may_take_over(heir, current):
        raise Refused("Choose somebody who works here and may log.", field="heir")
    write(current, is_active=False)
    note = f"handed over to {heir.name}" if heir else ""
    record("deactivated", by=by, subject=current, note=note)
    person_deactivated.send(User, person=current, heir=heir, by=by)


@transaction.atomic
def reactivate(person, *, by):
    """Let a person sign in again, with the password they had. What was handed over stays there."""
    current = lock(person)
    if write(current, is_active=True):
        record("reactivated", by=by, subject=current)


@transaction.atomic
def note_link(person, *, by):
    """Leave an audit row for a one-time link that was made. Raises Refused for who cannot sign in."""
    if not person.is_active:
        raise Refused(f"{person.name} cannot sign in. Let them in again first.")
    record("made a sign-in link for", by=by, subject=person)


def may_take_over(heir, person) -> bool:
    """Whether ``heir`` is a colleague who can do the work of ``person``."""
    return heir.practice_id == person.practice_id and heir.pk != person.pk and heir.may(Permission.LOG)


def _one_at_a_time(practice):
    """Two managers who change people at once do it one after the other."""
    Practice.objects.select_for_update().get(pk=practice.pk)


def _keep_a_keeper(person):
    others = User.objects.of(person.practice).active().exclude(pk=person.pk)
    if not others.filter(role__in=roles_with(Permission.MANAGE_PEOPLE)).exists():
        raise Refused(NO_KEEPER)
