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
    about = {"subjects": subjects, "subject_type": subject_type, "changed": changed, "note": note}
    event = _event(verb, by, practice_id, **about)
    event.save(force_insert=True)
    return event


def record_reads(kinds, *, by, note):
    """Append an event for each kind of row in ``kinds`` (model name → ids) that was read, at once."""
    AuditEvent.objects.bulk_create(
        _event("read", by, None, subjects=sorted(keys), subject_type=kind, changed=(), note=note)
        for kind, keys in kinds.items()
        if keys
    )


def changes_of(subject, *, since) -> list[tuple]:
    """(id of who, verb) of each change to a row of the practice in scope since then, the newest first."""
    events = AuditEvent.objects.of(get_scope()["practice"]).changes()
    about = events.filter(subject_type=subject._meta.model_name, at__gt=since, subjects=[str(subject.pk)])
    return list(about.values_list("actor_id", "verb"))


def _event(verb, by, practice_id, *, subjects, subject_type, changed, note):
    if practice_id is None and (practice := get_scope().get("practice")):
        practice_id = practice.pk
    return AuditEvent(
        practice_id=practice_id,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "the system",
        verb=verb,
        subject_type=subject_type,
        subjects=[str(pk) for pk in subjects],
        changed=list(changed),
        note=note,
    )
