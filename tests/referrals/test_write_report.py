"""A report is written, checked, signed once and amended by a new version."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from referralcrm.audit.models import AuditEvent
from referralcrm.core.crypto import Tampered, new_key, wrap
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice.models import StoredFile
from referrals.actions import merge_patients, reports
from referrals.actions.reports import finalise, missing_parts, pdf_of, save, start
from referrals.models import Obligation, Patient, Report, ReportFile
from tests import factories
from tests.core.test_content import PDF
from tests.core.test_print import words


@pytest.fixture
def bea(riverside):
    return factories.person("Dr Bea Brandt", role="clinician", sees_patients=True, credentials="PT, PhD")


@pytest.fixture
def referral(okafor, kim):
    return factories.referral(partner=okafor, patient=kim)


@pytest.fixture
def draft(referral, bea):
    return factories.report(referral, by=bea)


def test_what_is_missing_is_named_and_saying_that_it_does_not_apply_is_enough(referral, bea):
    draft = start(referral, kind="initial", by=bea)
    assert len(missing_parts(draft)) == 7
    texts = dict.fromkeys(("found", "asked", "next", "treatment", "goals"), "Yes.")
    draft = save(draft, by=bea, content={"texts": texts})
    assert missing_parts(draft) == ["Frequency and duration", "Objective measures"]
    with pytest.raises(Refused, match="Frequency and duration, Objective measures"):
        finalise(draft, by=bea)
    draft = save(draft, by=bea, content={"not_applicable": ["found", "frequency", "measures"]})
    assert missing_parts(draft) == []
    draft = save(draft, by=bea, content={"texts": texts | {"found": "  "}})
    assert missing_parts(draft) == ["What we found"], "page 1 always answers"


def test_a_final_report_has_a_number_a_signer_and_a_pdf_that_only_the_patients_key_opens(draft, bea, kim):
    final = finalise(draft, by=bea)
    assert (final.status, final.number, final.author) == ("final", 1, bea)
    text = " ".join(words(pdf_of(final)).split())
    for said in ("Kim Moreau", "rotator cuff", "Twice a week", "CONFIDENTIAL", "3, better", "PT, PhD"):
        assert said in text, said
    Patient.objects.filter(pk=kim.pk).update(wrapped_key=wrap(new_key(), bound_to=f"patient:{kim.pk}"))
    with pytest.raises(Tampered):
        pdf_of(Report.objects.get())


def test_numbers_count_up_and_a_draft_takes_none(draft, bea, referral):
    assert finalise(draft, by=bea).number == 1
    factories.report(referral, by=bea)
    assert factories.report(referral, by=bea, final=True).number == 2


def test_only_what_is_final_has_a_pdf(draft):
    with pytest.raises(Refused, match="not final"):
        pdf_of(draft)


def test_the_one_who_saves_later_is_told(draft, bea):
    save(draft, by=bea, content={"cover": "Thank you."}, version=draft.version)
    with pytest.raises(Stale):
        save(draft, by=bea, content={"cover": "Thanks."}, version=draft.version)
    with pytest.raises(Stale):
        finalise(draft, by=bea, version=draft.version)


def test_typing_is_recorded_once_for_each_sitting_of_each_person(referral, bea, bob):
    draft = start(referral, kind="initial", by=bea)

    def type_on(person, *words):
        for cover in words:
            save(draft, by=person, content={"cover": cover})

    def recorded():
        events = AuditEvent.objects.filter(subject_type="report").order_by("at", "id")
        return [f"{event.actor_name.split()[-1]} {event.verb}" for event in events]

    with time_machine.travel(timezone.now(), tick=False) as clock:
        type_on(bea, "T", "Th", "Than", "Thank")
        reports.enclose(draft, by=bea, file=SimpleUploadedFile("scan.pdf", PDF))
        clock.shift(timedelta(minutes=29))
        type_on(bea, "Thank y", "Thank you")
        expected = ["Brandt started", "Brandt saved", "Brandt enclosed"]
        assert recorded() == expected
        type_on(bob, "Thanks", "Thanks.")
        type_on(bea, "Thank you!", "Thank you.")
        assert recorded() == (expected := [*expected, "Brown saved", "Brandt saved"])
        clock.shift(timedelta(minutes=31))
        type_on(bea, "Thank you. B.", "Thank you. Bea.")
        assert recorded() == (expected := [*expected, "Brandt saved"])
        save(draft, by=bea, content=factories.REPORT)
        finalise(draft, by=bea)
        assert recorded() == [*expected, "Brandt finalised"]


def test_a_final_report_is_neither_saved_nor_signed_again_nor_thrown_away(draft, bea):
    final = finalise(draft, by=bea)
    for act in (
        lambda: save(final, by=bea, content={"cover": "x"}),
        lambda: finalise(final, by=bea),
        lambda: reports.discard(final, by=bea),
        lambda: reports.enclose(final, by=bea, file=SimpleUploadedFile("x.pdf", PDF)),
    ):
        with pytest.raises(Refused, match="final stays"):
            act()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE referrals_report SET content_sealed = 'x'",
        "UPDATE referrals_report SET status = 'preliminary', number = NULL, pdf_id = NULL",
        "UPDATE referrals_report SET number = 99",
        "UPDATE referrals_report SET deleted_at = now()",
        "UPDATE referrals_report SET finalised_at = now()",
        "DELETE FROM referrals_report",
        "DELETE FROM referrals_reportfile",
    ],
)
def test_the_database_itself_keeps_a_final_report(statement, draft, bea):
    reports.enclose(draft, by=bea, file=SimpleUploadedFile("mri.pdf", PDF))
    final = finalise(draft, by=bea)
    refused = pytest.raises(ProgrammingError, match="final report")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(ProgrammingError, match="final report"), transaction.atomic():
        ReportFile.objects.create(report=final, file=StoredFile.objects.create(wrapped_key=b"x"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE referrals_report SET obligation_id = NULL, version = version + 1")
        assert cursor.rowcount == 1


def test_an_amendment_is_a_new_version_that_says_what_it_replaces(draft, bea):
    reports.enclose(draft, by=bea, file=SimpleUploadedFile("mri.pdf", PDF))
    first = finalise(draft, by=bea)
    second = reports.amend(first, by=bea)
    assert second.content["texts"] == first.content["texts"]
    assert missing_parts(second) == ["What this version changes, and why"]
    with pytest.raises(Refused, match="being amended already"):
        reports.amend(first, by=bea)
    said = second.content["texts"] | {"amended": "The side: it is the left one."}
    second = finalise(save(second, by=bea, content={"texts": said}), by=bea)
    assert "Replaces report 1 of" in words(pdf_of(second))
    assert list(Report.objects.standing()) == [second]
    assert [reports.enclosed(row) for row in ReportFile.objects.all()] == [PDF, PDF]
    with pytest.raises(Refused, match="replaced by report 2"):
        reports.amend(first, by=bea)


def test_a_progress_report_begins_where_the_last_one_ended(draft, bea, referral):
    finalise(draft, by=bea)
    interim = start(referral, kind="interim", by=bea)
    said = interim.content
    assert set(said["texts"]) == {"treatment", "frequency", "goals"}, "page 1 is written anew"
    flexion, pain = said["measures"]
    assert (flexion["baseline"], flexion["now"], flexion["goal"]) == ("95", "", "170")
    assert (pain["baseline"], pain["now"]) == ("7", "")


def test_a_second_opinion_begins_empty_whatever_was_said_before(draft, bea, referral):
    finalise(draft, by=bea)
    assert start(referral, kind="second_opinion", by=bea).content["measures"] == []


def test_the_promise_it_meets_is_linked_and_a_promise_of_theirs_is_not(referral, bea):
    Obligation.objects.create(referral=referral, side="them")
    assert start(referral, kind="initial", by=bea).obligation is None
    ours = Obligation.objects.create(referral=referral, side="us")
    assert start(referral, kind="initial", by=bea).obligation == ours


def test_a_final_report_follows_when_two_records_become_one(draft, bea, kim, referral):
    reports.enclose(draft, by=bea, file=SimpleUploadedFile("mri.pdf", PDF))
    final = finalise(draft, by=bea)
    before = pdf_of(final)
    survivor = factories.patient("Kim Moreau-Adler", born="1971-03-08", record="30000")
    merge_patients(survivor, kim, by=bea)
    moved = Report.objects.get()
    assert moved.patient == survivor
    assert moved.content["texts"]["frequency"] == "Twice a week for six weeks."
    assert pdf_of(moved) == before
    assert reports.enclosed(ReportFile.objects.get()) == PDF
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE referrals_report SET content_sealed = 'x'")


def test_a_patient_whom_nobody_knows_yet_has_no_report(okafor, bea):
    unread = factories.referral(partner=okafor, patient=factories.nobody(), to_finish=True)
    with pytest.raises(Refused, match="Finish the referral first"):
        start(unread, kind="initial", by=bea)


def test_what_is_taken_out_leaves_nothing(draft, bea):
    enclosure = reports.enclose(draft, by=bea, file=SimpleUploadedFile("mri.pdf", PDF))
    reports.take_out(enclosure, by=bea)
    assert not StoredFile.objects.exists()
