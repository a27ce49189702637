"""Whose a referral is: moving it, and all that hangs on it, from one patient to another."""

from django.apps import apps
from django.db import transaction

from referralcrm.core.sealed import sealed_by
from referralcrm.core.versions import lock
from referralcrm.practice import files


@transaction.atomic
def give(referral, patient):
    """Let a referral be another patient's: what is sealed is opened with one key and sealed with the other.

    Rows of this app that hang on it follow. Versions count up, so that nobody who has the old row
    open can still seal something with the old key. Returns the referral as it stands now.
    """
    current = lock(referral)
    hanging = [(row, _opened(row)) for model in hanging_models() for row in _rows(model, current)]
    texts = _opened(current)
    before, current.patient = current.patient, patient
    _seal(current, texts, "patient")
    for attached in current.attachments.select_related("file"):
        files.rewrap(attached.file, before=before, after=patient)
    for row, opened in hanging:
        row.referral = current
        _seal(row, opened)
    return current


def hanging_models():
    """The models of this app whose rows belong to a referral and hold something sealed for its patient."""
    return [
        model
        for model in apps.get_app_config("referrals").get_models()
        if sealed_by(model, "patient") and any(field.name == "referral" for field in model._meta.fields)
    ]


def _rows(model, referral):
    rows = list(model.objects.filter(referral=referral).select_for_update(of=("self",), no_key=True))
    for row in rows:
        row.referral = referral
    return rows


def _opened(row):
    return {name: getattr(row, name) for name in sealed_by(type(row), "patient")}


def _seal(row, texts, *changed):
    for name, text in texts.items():
        setattr(row, name, text)
    if hasattr(row, "version"):
        row.version += 1
        changed = (*changed, "version")
    columns = [vars(type(row))[name].column for name in texts]
    if columns or changed:
        row.save(update_fields=[*columns, *changed])
