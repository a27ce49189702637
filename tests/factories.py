"""Rows for tests, made inside the practice that is entered, by functions with believable defaults."""

from datetime import date, timedelta
from io import BytesIO
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from outreach.models import Message, MessageCause, Rule
from outreach.states import RuleKind
from partners.models import Discipline, Organisation, Partner
from partners.states import Stage
from referralcrm.exchange.actions import upload
from referralcrm.exchange.models import Export
from referralcrm.exchange.outcomes.actions import keep
from referralcrm.practice import files
from referralcrm.practice.models import Location, Practice, Service, User
from referralcrm.practice.scope import current_practice, enter
from referralcrm.practice.signals import practice_founded
from referralcrm.practice.states import Role
from referrals.actions import attach, reports
from referrals.models import AdviceRequest, Experience, Patient, QualityFlag, Referral, Report
from referrals.models.patients import person_index, record_index

numbers = count(1)
PNG = bytes.fromhex(  # one white point
    "89504e470d0a1a0a0000000d494844520000000100000001080200000090"
    "7753de0000000c4944415478da63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
PASSWORD = "a quiet river at noon"


def practice(name="Riverside Physio", **fields):
    """A founded practice with a location, a service and every app's defaults."""
    made = Practice.objects.create(name=name, **fields)
    with enter(made):
        Location.objects.create(name="Main Street")
        Service.objects.create(name="Shoulder clinic")
        practice_founded.send(Practice, practice=made)
    return made


def person(name, *, practice=None, role=Role.STAFF, **fields):
    email = fields.pop("email", f"{name.split()[0].lower()}{next(numbers)}@clinic.example")
    return User.objects.create_user(
        email, PASSWORD, practice=practice or current_practice(), name=name, role=role, **fields
    )


def organisation(name="Northgate Surgery", **fields):
    return Organisation.objects.create(name=name, **fields)


def discipline(name="Family medicine"):
    return Discipline.objects.get_or_create(name=name)[0]


def partner(name="Dr Adaeze Okafor", **fields):
    fields = {"stage": Stage.ACTIVE, "email": f"partner{next(numbers)}@office.example"} | fields
    return Partner.objects.create(name=name, **fields)


def patient(name="Kim Moreau", *, born="1971-03-08", record=None):

    record = record or f"R{next(numbers)}"
    made = Patient(practice=current_practice())
    made.name, made.birth_date, made.record_number = name, born, record
    made.record_index = record_index(made.practice_id, record)
    made.person_index = person_index(made.practice_id, name, date.fromisoformat(born))
    made.save()
    return made


def nobody():
    """A patient of whom nothing could be read."""
    made = Patient(practice=current_practice())
    made.make_key()
    made.save()
    return made


def referral(*, partner=None, patient=None, direction="received", reason="", **fields):
    """A bare row, without the facts and promises that ``referrals.actions`` would make."""
    fields.setdefault("happened_on", current_practice().today())
    made = Referral(
        direction=direction,
        partner=partner or globals()["partner"](),
        patient=patient or globals()["patient"](),
        **fields,
    )
    made.reason = reason
    made.save()
    return made


def advice(question="Rest or load?", *, partner=None, **fields):
    """A question that we were asked this moment."""
    now = timezone.now()
    fields = {"asked_at": now, "promised_by": fields.get("asked_at", now) + timedelta(days=1)} | fields
    made = AdviceRequest(partner=partner or globals()["partner"](), **fields)
    made.question = question
    made.save()
    return made


def attachment(referral, *, content=PNG, name="scan.png", **fields):
    """A scanned fax with the referral."""
    file = SimpleUploadedFile(name, content)
    return attach(referral, by=fields.pop("by", None), file=file, **{"kind": "fax"} | fields)


REPORT = {
    "texts": {
        "found": "The rotator cuff is irritated; no tear.",
        "asked": "Please hold further injections until the review.",
        "next": "Review on 14 December; the next report follows that week.",
        "treatment": "Manual therapy and graded loading, because the tendon is reactive.",
        "frequency": "Twice a week for six weeks.",
        "goals": "Overhead work without pain in eight weeks.",
    },
    "measures": [
        {"name": "Shoulder flexion", "unit": "°", "better": "higher", "baseline": "95", "goal": "170"},
        {"name": "Pain at night", "unit": "0–10", "better": "lower", "baseline": "7", "now": "4"},
    ],
}


def report(referral=None, *, by=None, kind="initial", content=REPORT, final=False):
    """A report about the referral, with every part written; ``final`` signs it."""
    by = by or person("Dr Bea Brandt", role=Role.CLINICIAN, sees_patients=True)
    made = reports.start(referral or globals()["referral"](), kind=kind, by=by)
    made = reports.save(made, by=by, content=content)
    return reports.finalise(made, by=by) if final else made


def afterwards(partner, *, words="Marked words", patient=None):
    """A patient sent to a partner, what they said of it, and a quality flag: three bare rows."""
    sent = referral(partner=partner, patient=patient or globals()["patient"](), direction="sent")
    told = Experience(referral=sent, felt="mixed", told_on=sent.happened_on)
    flag = QualityFlag(referral=sent)
    told.words = flag.words = words
    told.save()
    flag.save()
    return sent, told, flag


def signed(referral=None, *, by=None, number=None, **fields):
    """A final report as a bare row with a small PDF, which nothing typeset."""
    by = by or person("Dr Bea Brandt", role=Role.CLINICIAN, sees_patients=True)
    made = Report(referral=referral or globals()["referral"](), author=by, **{"kind": "initial"} | fields)
    made.content = {"texts": {"found": "Marked finding"}}
    made.pdf = files.put(
        BytesIO(b"%PDF-1.7\n%%EOF"),
        name="x.pdf",
        content_type="application/pdf",
        limit=1000,
        keeper=made.patient,
    )
    made.status, made.number, made.finalised_at = "final", number or next(numbers) + 1000, timezone.now()
    made.save()
    return made


def article(name="Shoulder exercises", *, by=None):
    """A PDF in the library."""
    return reports.add_article(by=by, name=name, file=SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF"))


def uploaded(
    text="name,e-mail\nMarked One,one@office.example\n", *, by=None, sheet="partners", name="list.csv"
):
    """An import of this file, whose columns are not matched yet."""
    file = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
    return upload(file=file, sheet=sheet, by=by)


def export(*, by, kind="partners", **fields):
    """A list that has been written, without any row."""
    return Export.objects.create(kind=kind, by=by, total=0, finished_at=timezone.now(), **fields)


def outcomes(text="record number,date,outcome\nR1,2026-03-08,came\n", *, by):
    """A file of outcomes that was uploaded."""
    return keep(file=SimpleUploadedFile("outcomes.csv", text.encode()), by=by)


def message(*, partner=None, kind=RuleKind.THANK_YOU, referrals=1, **fields):
    """A note that is due now, for so many received referrals."""
    partner = partner or globals()["partner"]()
    rule = Rule.objects.get(kind=kind)
    made = Message.objects.create(
        rule=rule, partner=partner, **{"due_at": timezone.now(), "to_address": partner.email} | fields
    )
    for _ in range(referrals):
        cause = referral(partner=partner)
        MessageCause.objects.create(rule=rule, fact=f"referral:{cause.pk}", message=made, referral=cause)
    return made
