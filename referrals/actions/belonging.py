"""Whose a referral is: moving it, and all that hangs on it, from one patient to another."""

from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Q

from referralcrm.core.sealed import sealed_by
from referralcrm.core.versions import lock
from referralcrm.practice import files
from referralcrm.practice.models import StoredFile
from referrals.models import ReportFile


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
    for file in files_of(current):
        files.rewrap(file, before=before, after=patient)
    with _resealing():
        for row, opened in hanging:
            row.referral = current
            _seal(row, opened)
    return current


def files_of(referral):
    """Every file that the patient's key seals: paper, reports and what goes along with them."""
    return StoredFile.objects.filter(
        Q(pk__in=referral.attachments.values("file"))
        | Q(pk__in=referral.reports.values("pdf"))
        | Q(pk__in=ReportFile.objects.filter(report__referral=referral).values("file"))
    )


@contextmanager
def _resealing():
    """Meanwhile the database lets a final report's words be sealed anew; that they are the same is ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.resealing', 'on', true)")
        yield
        cursor.execute("SELECT set_config('app.resealing', '', true)")


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
