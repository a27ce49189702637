"""The one way into the audit log."""

from django_scopes import get_scope

from referralcrm.audit.models import AuditEvent


def record(
    verb, *, by=None, subject=None, subjects=(), subject_type="", changed=(), note="", practice_id=None
):
    """Append one event to the practice in scope (or ``practice_id``), in the caller's transaction.

    ``verb`` is a past participle ("accepted"). ``subject`` is one row; for many give ``subjects``
    (ids) and ``subject_type``. ``changed`` are field names. Never pass a value about a patient.
    """
    if subject is not None:
        subjects, subject_type = [subject.pk], subject._meta.model_name
    if practice_id is None and (practice := get_scope().get("practice")):
        practice_id = practice.pk
    return AuditEvent.objects.create(
        practice_id=practice_id,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "the system",
        verb=verb,
        subject_type=subject_type,
        subjects=[str(pk) for pk in subjects],
        changed=list(changed),
        note=note,
    )
