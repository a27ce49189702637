"""Partners out of a spreadsheet, from the upload to the undoing."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from outreach.models import Message, MessageCause, Task
from partners import actions as partner_actions
from partners.actions.merges import merge_partners
from partners.models import Affiliation, Contact, Discipline, Organisation, Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.core.crypto import Tampered, unwrap
from referralcrm.core.refused import Refused
from referralcrm.exchange import actions
from referralcrm.exchange.intake import work as working
from referralcrm.exchange.models import Import
from referralcrm.exchange.states import State
from referralcrm.practice.models import FilePiece, Plan, StoredFile
from referralcrm.practice.scope import enter
from referralcrm.practice.staging import copy_in, packed
from referralcrm.practice.states import Role
from tests import factories
from tests.exchange.bringing import a_clinic, brought_in, checked, finished, undone

HEADER = "name,organisation,discipline,phone,e-mail,tags\n"
OKAFOR = 'Dr Adaeze Okafor,Northgate Surgery,Family medicine,020 7946 0958,okafor@gate.example,"gp, spine"\n'
LIND = "Dr Peter Lind,Harbour Dental,Orthodontics,,lind@harbour.example,\n"
BAD = "Dr Ann Hill,Hill Clinic,Family medicine,,not an address,\n"
BATCH = "00000000-0000-0000-0000-000000000001"
FILE = HEADER + OKAFOR + LIND + BAD


@pytest.fixture
def clinic(committed):
    return a_clinic()


def names(**filters):
    return sorted(Partner.objects.kept().filter(**filters).values_list("name", flat=True))


def test_good_rows_become_partners_with_office_and_profession(clinic):
    run = brought_in(clinic, FILE)
    assert (run.state, run.lines, run.made, run.bad) == (State.DONE, 3, 2, 1)
    with enter(clinic):
        okafor = Partner.objects.with_office().get(name="Dr Adaeze Okafor")
        assert (okafor.phone, okafor.tags) == ("+44 20 7946 0958", ["gp", "spine"])
        assert okafor.line == "Family medicine, Northgate Surgery"
        assert okafor.affiliations.get().organisation == okafor.organisation
        assert names() == ["Dr Adaeze Okafor", "Dr Peter Lind"]


def test_a_list_with_a_title_above_its_headings_comes_in_whole(clinic):
    run = brought_in(
        clinic, "Our referrers 2025;;\r\n;;\r\nName;Phone;E-mail\r\nAnn Ash;;ann@ash.example\r\n"
    )
    assert (run.state, run.lines, run.bad) == (State.DONE, 1, 0)
    with enter(clinic):
        assert Partner.objects.get().email == "ann@ash.example"


def test_a_title_and_a_family_name_make_the_greeting(clinic):
    brought_in(clinic, "Titel,Vorname,Nachname\nDr. med.,Karl,Müller\n,Ann,Ash\n")
    with enter(clinic):
        ann, karl = Partner.objects.order_by("name")
        assert (karl.name, karl.greeting) == ("Dr. med. Karl Müller", "Dr. med. Müller")
        assert (ann.name, ann.salutation) == ("Ann Ash", "")


def test_a_bad_row_is_named_with_its_line_column_and_cell(clinic):
    run = checked(clinic, FILE)
    with enter(clinic):
        note = run.notes.get()
        assert (note.level, note.line, run.header[note.column], note.value) == (
            "bad",
            4,
            "e-mail",
            "not an address",
        )
        assert note.reason
        assert names() == [], "a dry run stores nothing"


def test_the_same_file_twice_adds_nothing(clinic):
    brought_in(clinic, FILE)
    with enter(clinic):
        before = names(), Organisation.objects.count(), Affiliation.objects.count()
    run = brought_in(clinic, FILE)
    assert (run.alike, run.made, run.skipped) == (2, 0, 2)
    with enter(clinic):
        assert (names(), Organisation.objects.count(), Affiliation.objects.count()) == before


def test_a_row_that_says_the_same_as_an_earlier_one_comes_in_once(clinic, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 2)
    run = brought_in(clinic, HEADER + OKAFOR + LIND + LIND + OKAFOR)
    assert (run.lines, run.made, run.skipped, run.warnings) == (4, 2, 2, 2)


def test_three_people_who_share_an_e_mail_all_come_in(clinic):
    shared = "".join(f"Dr {name} Ash,Ash Dental,,,desk@ash.example,\n" for name in ("Ann", "Ben", "Cara"))
    run = brought_in(clinic, HEADER + shared)
    assert run.made == 3


def test_another_spelling_is_a_likely_duplicate_and_each_choice_is_obeyed(clinic):
    with enter(clinic):
        kept = partner_actions.create(name="Dr Adaeze Okaffor", by=clinic.charlie)
    run = checked(clinic, FILE)
    with enter(clinic):
        note = run.notes.alike().get()
        assert (note.line, note.match, note.is_sure, note.choice) == (2, kept.pk, False, "create")
    skipped = brought_in(clinic, FILE, choices={2: "skip"})
    assert (skipped.made, skipped.skipped) == (1, 1)
    filled = brought_in(clinic, FILE, choices={2: "update"})
    assert (filled.made, filled.changed) == (0, 1)
    with enter(clinic):
        kept.refresh_from_db()
        assert (kept.name, kept.email, kept.version) == ("Dr Adaeze Okaffor", "okafor@gate.example", 2)
        assert kept.organisation.name == "Northgate Surgery"
    again = brought_in(clinic, FILE, choices={2: "create"})
    assert again.made == 1


def test_one_choice_holds_for_all_of_a_kind(clinic):
    brought_in(clinic, FILE)
    run = checked(clinic, FILE)
    with enter(clinic):
        actions.choose(run, "create", by=clinic.charlie, is_sure=True)
        actions.start(run, by=clinic.charlie)
    assert finished(clinic, run).made == 2


def test_what_a_person_wrote_is_never_overwritten(clinic):
    with enter(clinic):
        mine = partner_actions.create(
            name="Dr Peter Lind", email="lind@harbour.example", tags=["mine"], by=clinic.charlie
        )
    brought_in(
        clinic,
        HEADER + "Dr Peter Lind,Elsewhere,Orthodontics,020 7946 0001,lind@harbour.example,theirs\n",
        choices={2: "update"},
    )
    with enter(clinic):
        mine.refresh_from_db()
        assert (mine.tags, mine.phone) == (["mine"], "+44 20 7946 0001")


def test_an_import_is_undone_whole_and_can_be_repeated(clinic):
    run = undone(clinic, brought_in(clinic, FILE))
    assert (run.state, run.kept) == (State.UNDONE, 0)
    with enter(clinic):
        assert names() == [] == list(Organisation.objects.kept())
    assert brought_in(clinic, FILE).made == 2


def test_undoing_keeps_and_names_what_was_edited_or_used_since(clinic):
    run = brought_in(clinic, HEADER + OKAFOR + LIND + "Dr Jo Reed,,,,jo@reed.example,\n")
    with enter(clinic):
        okafor, lind = Partner.objects.get(name="Dr Adaeze Okafor"), Partner.objects.get(name="Dr Peter Lind")
        partner_actions.update(okafor, version=1, by=clinic.charlie, notes="Met in May")
        factories.referral(partner=lind)
    run = undone(clinic, run)
    with enter(clinic):
        assert (run.kept, names()) == (2, ["Dr Adaeze Okafor", "Dr Peter Lind"])
        kept = [str(key) for batch in run.batches.filter(what="partner") for key in batch.kept]
        assert sorted(kept) == sorted([str(okafor.pk), str(lind.pk)])
        assert sorted(Organisation.objects.kept().values_list("name", flat=True)) == [
            "Harbour Dental",
            "Northgate Surgery",
        ]


def test_undoing_empties_what_was_filled_in_unless_somebody_saved_since(clinic):
    with enter(clinic):
        okafor = partner_actions.create(name="Dr Adaeze Okafor", by=clinic.charlie)
        lind = partner_actions.create(name="Dr Peter Lind", by=clinic.charlie)
    run = brought_in(clinic, FILE, choices={2: "update", 3: "update"})
    assert run.changed == 2
    with enter(clinic):
        lind.refresh_from_db()
        partner_actions.update(lind, version=lind.version, by=clinic.charlie, notes="Mine")
    run = undone(clinic, run)
    with enter(clinic):
        okafor.refresh_from_db()
        lind.refresh_from_db()
        assert (okafor.email, okafor.tags, okafor.organisation) == ("", [], None)
        assert not Affiliation.objects.kept().filter(partner=okafor)
        assert (lind.email, run.kept) == ("lind@harbour.example", 1)


def test_an_import_can_be_undone_for_30_days(clinic):
    run = brought_in(clinic, FILE)
    with enter(clinic):
        Import.objects.update(finished_at=timezone.now() - timedelta(days=31))
        with pytest.raises(Refused, match="30 days"):
            actions.undo(run, by=clinic.charlie)


def test_after_30_days_the_file_and_what_was_noted_of_it_are_deleted(clinic):
    run = brought_in(clinic, FILE)
    with enter(clinic):
        Import.objects.update(finished_at=timezone.now() - timedelta(days=31))
    finished(clinic, run)
    with enter(clinic):
        assert not StoredFile.objects.exists() and not FilePiece.objects.exists() and not run.notes.exists()


def test_a_file_nobody_went_on_with_is_discarded_after_30_days(clinic):
    run = checked(clinic, FILE)
    with enter(clinic):
        Import.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert finished(clinic, run).state == State.DISCARDED
    with enter(clinic):
        assert not StoredFile.objects.exists() and not run.notes.exists()


def test_nothing_goes_out_and_nobody_gets_a_task(clinic):
    with enter(clinic):
        before = Message.objects.count(), MessageCause.objects.count(), Task.objects.count()
    undone(clinic, brought_in(clinic, FILE))
    with enter(clinic):
        assert (Message.objects.count(), MessageCause.objects.count(), Task.objects.count()) == before


def test_the_audit_holds_one_row_a_batch(clinic, monkeypatch):
    monkeypatch.setattr(working, "CHUNK", 2)
    brought_in(clinic, HEADER + "".join(f"Dr Number{n},,,,n{n}@office.example,\n" for n in range(5)))
    with enter(clinic):
        events = AuditEvent.objects.of(clinic).filter(verb="imported", subject_type="partner")
        assert sorted(len(event.subjects) for event in events) == [1, 2, 2]
        assert {event.actor_name for event in events} == {"Charlie Clark"}


def test_people_insurers_and_endings_are_found_by_name(clinic):
    with enter(clinic):
        Plan.objects.create(name="Blue")
        email = clinic.charlie.email
    run = brought_in(
        clinic,
        "name,looked after by,insurers,ending,ended on,circle\n"
        f'Ann Ash,{email},"blue, Unknown",,,inner circle\n'
        "Ben Bell,nobody@clinic.example,,Retired,2020-05-01,\n"
        "Cal Cole,,,Retired,,\n",
    )
    assert (run.made, run.bad) == (2, 1)
    with enter(clinic):
        ann, ben = Partner.objects.order_by("name")
        assert (ann.owner_id, [plan.name for plan in ann.plans.all()], ann.circle) == (
            clinic.charlie.pk,
            ["Blue"],
            "inner",
        )
        assert (ben.stage, ben.ending, str(ben.ended_on), ben.owner) == (
            "ended",
            "retired",
            "2020-05-01",
            None,
        )
        assert run.notes.warnings().count() == 2


def test_what_changed_since_the_check_is_asked_again(clinic):
    """Somebody was added by hand, a colleague left and an insurer was taken off the list."""
    with enter(clinic):
        blue, leaver = Plan.objects.create(name="Blue"), factories.person("Lee Lang", role=Role.MANAGER)
    run = checked(
        clinic,
        "name,organisation,e-mail,looked after by,backup,insurers\n"
        f"Dr Peter Lind,Harbour Dental,,,,\nAnn Ash,,,{leaver.email},{clinic.charlie.email},Blue\n",
    )
    with enter(clinic):
        harbour = factories.organisation("Harbour Dental")
        lind = partner_actions.create(name="dr peter lind", organisation=harbour, by=clinic.charlie)
        Plan.objects.filter(pk=blue.pk).update(is_active=False)
        type(leaver).objects.filter(pk=leaver.pk).update(is_active=False)
        actions.start(run, by=clinic.charlie)
    run = finished(clinic, run)
    assert (run.made, run.skipped) == (1, 1)
    with enter(clinic):
        ann = Partner.objects.exclude(pk=lind.pk).get()
        assert (ann.owner, ann.backup, list(ann.plans.all())) == (None, clinic.charlie, [])


def test_what_is_kept_ready_is_sealed_and_goes_with_its_step(clinic):
    run = checked(clinic, FILE)
    with enter(clinic):
        ready = run.ready.get()
        assert "Okafor" in ready.text and b"Okafor" not in bytes(ready.box)
        with pytest.raises(Tampered):
            unwrap(ready.box, bound_to="ready:another")
        actions.start(run, by=clinic.charlie)
    finished(clinic, run)
    with enter(clinic):
        assert not run.ready.exists()


def test_the_inner_circle_takes_as_many_as_it_has_places(clinic):
    with enter(clinic):
        type(clinic).objects.filter(pk=clinic.pk).update(inner_circle_size=2)
    brought_in(clinic, "name,circle\n" + "".join(f"Ann Ash{n},inner circle\n" for n in "abcd"))
    with enter(clinic):
        assert len(names(circle="inner")) == 2 and len(names(circle="network")) == 2


def test_an_office_without_a_person_and_its_contact_come_in(clinic):
    brought_in(clinic, "organisation,contact,contact’s e-mail\nHarbour Gym,Sam Reed,sam@gym.example\n")
    with enter(clinic):
        gym = Partner.objects.get()
        assert (gym.name, gym.is_person, gym.organisation.name) == ("Harbour Gym", False, "Harbour Gym")
        assert Contact.objects.get().email == "sam@gym.example"


def test_new_professions_are_listed_and_retired_again(clinic):
    run = brought_in(clinic, "name,discipline\nAnn Ash,Falconry\nBen Bell,falconry\n")
    with enter(clinic):
        assert Discipline.objects.get(name__iexact="falconry").is_active
    undone(clinic, run)
    with enter(clinic):
        assert not Discipline.objects.get(name__iexact="falconry").is_active


def test_columns_are_matched_the_next_time_as_a_person_matched_them(clinic):
    text = "Whom,Where to write\nAnn Ash,ann@ash.example\n"
    with enter(clinic):
        run = factories.uploaded(text, by=clinic.charlie)
        actions.match(run, by=clinic.charlie, matched=["name", "notes"])
        assert factories.uploaded(text, by=clinic.charlie).matched == ["name", "notes"]


def test_a_staged_row_is_seen_by_nobody_else_and_never_committed(clinic):
    count = "SELECT count(*) FROM staging.line"
    with enter(clinic, durable=True):
        copy_in(packed(BATCH, [("Dr Hidden",)]), 1)
        with connections["owner"].cursor() as other:
            other.execute(count)
            assert other.fetchone() == (0,)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM staging.line")
            assert cursor.rowcount == 1
    with pytest.raises(transaction.TransactionManagementError):
        copy_in(packed(BATCH, [("Dr Hidden",)]), 1)
    brought_in(clinic, FILE)
    with connections["owner"].cursor() as other:
        other.execute(count)
        assert other.fetchone() == (0,)


def test_the_application_may_not_change_or_empty_the_staging_table(clinic):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('staging.line', 'UPDATE'), "
            "has_table_privilege('staging.line', 'TRUNCATE'), has_table_privilege('staging.line', 'INSERT')"
        )
        assert cursor.fetchone() == (False, False, True)


def test_two_practices_bring_in_the_same_file_apart(clinic):
    other = a_clinic("Northgate Dental")
    first, second = brought_in(clinic, FILE), brought_in(other, FILE)
    assert first.made == second.made == 2
    with enter(other):
        assert names() == ["Dr Adaeze Okafor", "Dr Peter Lind"]
        assert not Import.objects.filter(pk=first.pk).exists()


def test_an_error_of_ours_stops_after_some_tries_and_is_told(clinic, monkeypatch):
    run = checked(clinic, FILE)
    with enter(clinic):
        actions.start(run, by=clinic.charlie)
    monkeypatch.setattr(working, "write_ready", lambda *args: 1 / 0)
    for _ in range(working.STUMBLES):
        with pytest.raises(ZeroDivisionError):
            working.work(clinic)
    with enter(clinic):
        run.refresh_from_db()
        assert (run.state, run.made, bool(run.failure)) == (State.DONE, 0, True)


def test_a_worker_that_was_overtaken_writes_nothing(clinic, monkeypatch):
    run = checked(clinic, FILE)
    with enter(clinic):
        actions.start(run, by=clinic.charlie)

    def overtake(name):
        if name == "claimed":
            with enter(clinic):
                actions.undo(run, by=clinic.charlie)

    monkeypatch.setattr(working, "checkpoint", overtake)
    working.work(clinic)
    monkeypatch.setattr(working, "checkpoint", lambda name: None)
    with enter(clinic):
        assert names() == []
    assert finished(clinic, run).state == State.UNDONE


def test_a_worker_in_the_middle_of_a_long_step_is_not_overtaken(clinic):
    run = checked(clinic, FILE)
    with enter(clinic):
        actions.start(run, by=clinic.charlie)
    first, found = working._claim(clinic), []
    with enter(clinic, durable=True):
        Import.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    other = Thread(target=lambda: found.append((working._claim(clinic), connections.close_all())))
    with working._step(clinic, first):
        other.start()
        wait_for_a_lock(other)
    other.join()
    assert found == [(None, None)]


def wait_for_a_lock(other):
    while other.is_alive():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        other.join(0.05)


def test_undoing_names_a_row_that_was_merged_since(clinic):
    with enter(clinic):
        old = factories.partner(name="Ann Old")
    run = brought_in(clinic, HEADER + LIND)
    with enter(clinic):
        lind = Partner.objects.get(name="Dr Peter Lind")
        merge_partners(old, lind, choices={}, versions=(old.version, lind.version), by=clinic.charlie)
    assert undone(clinic, run).kept == 1
