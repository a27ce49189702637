"""Finding and making patients; the least about them, sealed."""

from django.db import IntegrityError, transaction

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.core.versions import lock
from referralcrm.practice.scope import current_practice
from referrals.models import Patient
from referrals.models.patients import person_index, record_index


@transaction.atomic
def find_or_make(*, by, name="", birth_date=None, record_number="", phone=""):
    """The patient with this record number, or with this name and date of birth; else a new one.

    What a known patient lacked (record number, date of birth) is added; ``phone`` replaces the old
    one. Raises Refused when the parts contradict each other or several patients fit.
    """
    known = find(name=name, birth_date=birth_date, record_number=record_number)
    if known is None:
        if not name:
            raise Refused("Type the patient's name.", field="patient_name")
        return make(by=by, name=name, birth_date=birth_date, record_number=record_number, phone=phone)
    missing = {
        "birth_date": birth_date and not known.birth_date,
        "record_number": record_number and not known.record_number,
        "phone": phone and known.phone != phone,
    }
    if any(missing.values()):
        return change(
            known,
            by=by,
            name=known.name,
            birth_date=birth_date or known.birth_date,
            record_number=record_number or known.record_number,
            phone=phone or None,
        )
    return known


def find(*, name="", birth_date=None, record_number=""):
    """The one patient who fits, or None. Raises Refused like ``find_or_make``."""
    fitting = Patient.objects.fitting(
        current_practice(), name=name, birth_date=birth_date, record_number=record_number
    )
    if len(fitting) > 1:
        raise Refused(
            "More than one patient has this name and date of birth. Type the record number.",
            field="record_number",
        )
    if not fitting:
        return None
    _check_same_person(fitting[0], name, birth_date)
    return fitting[0]


@transaction.atomic
def make(*, by, name="", birth_date=None, record_number="", phone=""):
    """A new patient, nameless where nothing could be read.

    Raises Refused when the record number is another's.
    """
    patient = Patient()
    patient.phone = phone
    _write(patient, name, birth_date, record_number)
    record("added", by=by, subject=patient)
    return patient


@transaction.atomic
def change(patient, *, by, name, birth_date=None, record_number="", phone=None, version=None):
    """Correct what is known about a patient and return the row; the ways they are found follow.

    ``phone`` None leaves the number. Raises Stale when somebody saved after ``version``, Refused
    when the record number is another's.
    """
    current = lock(patient, version=version)
    before = {field: getattr(current, field) for field in ("name", "birth_date", "record_number", "phone")}
    current.version += 1
    current.phone = before["phone"] if phone is None else phone
    _write(current, name, birth_date, record_number)
    changed = [field for field, value in before.items() if getattr(current, field) != value]
    record("changed", by=by, subject=current, changed=changed)
    return current


def put(patient, *, name, birth_date, phone):
    """Save these words as they are on a locked patient, and let the ways they are found follow."""
    patient.version += 1
    patient.phone = phone
    _write(patient, name, birth_date, patient.record_number)


def _write(patient, name, birth_date, record_number):
    practice_id = patient.practice_id
    patient.make_key()
    patient.name, patient.record_number = name, record_number
    patient.birth_date = birth_date and str(birth_date)
    patient.record_index = record_index(practice_id, record_number) if record_number else None
    patient.person_index = person_index(practice_id, name, birth_date) if birth_date else None
    try:
        with transaction.atomic():
            patient.save()
    except IntegrityError as error:
        raise Refused("Another patient has this record number.", field="record_number") from error


def _check_same_person(known, name, birth_date):
    match known.contradicts(name=name, birth_date=birth_date):
        case "name":
            raise Refused(
                "This record number belongs to a patient with another name. Check the number.",
                field="record_number",
            )
        case "birth_date":
            raise Refused(
                "The patient with this record number has another date of birth. Check both.", field="born"
            )
