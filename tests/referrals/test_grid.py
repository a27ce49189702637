"""The grid: each row by the log form's law, logged once, and nothing typed is lost."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from outreach.models import Message
from partners.models import Partner
from referralcrm.core.crypto import Tampered
from referralcrm.core.refused import Refused
from referralcrm.practice.models import Location, Service, Submission
from referralcrm.practice.scope import enter
from referrals import receivers
from referrals.actions import grid as actions
from referrals.forms.days import day_typed
from referrals.models import Draft, Referral
from tests import factories
from tests.referrals.conftest import TUESDAY

GRID = reverse("referrals:log_many")
ROW = reverse("referrals:log_many_row")
HEAD = {"direction": "received", "on": "2026-11-20"}


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


def typed(**cells):
    """A row as a page sends it: its key and its cells."""
    key = cells.pop("key", None) or str(uuid4())
    row = {"partner_text": "Dr Adaeze Okafor", "patient_name": "Ruth Ager", "born": "17.5.80"} | cells
    return key, {"row": [key]} | {f"r-{key}-{name}": value for name, value in row.items()}


def sheet(*rows, then="log", **head):
    """A POST of the page with these rows."""
    data = HEAD | head | {"then": then, "row": []}
    for _, cells in rows:
        data = data | cells | {"row": [*data["row"], *cells["row"]]}
    return data


def leave(client, row, **head):
    """Leave a row of the page: it is kept and checked."""
    return client.post(ROW, HEAD | head | row[1] | {"left": "1"})


def errors_of(answer):
    return {name: texts for row in answer.context["rows"] for name, texts in row.errors.items()}


def test_twenty_rows_are_logged_at_once(desk, okafor):
    service, place = Service.objects.first(), Location.objects.first()
    rows = [
        typed(patient_name=f"Ruth Ager{n}", happened_on="" if n else "19.11.", service=str(service.pk))
        for n in range(20)
    ]
    answer = desk.post(GRID, sheet(*rows, location=str(place.pk)), follow=True)
    assert "20 referrals logged." in answer.content.decode()
    logged = list(Referral.objects.with_everyone().order_by("entered_at"))
    assert [row.patient.name for row in logged] == [f"Ruth Ager{n}" for n in range(20)]
    assert {(row.partner, row.service, row.location, row.direction) for row in logged} == {
        (okafor, service, place, "received")
    }
    assert [row.happened_on for row in logged[:2]] == [date(2026, 11, 19), date(2026, 11, 20)]
    assert logged[0].patient.birth_date == "1980-05-17"
    assert Message.objects.count() == 1, "the thanks are told as for a single one"


def test_what_is_wrong_stays_with_its_reason_and_the_rest_is_logged(desk, okafor):
    good, wrong = typed(), typed(patient_name="", born="31.2.80", partner_text="Dr Nobody")
    answer = desk.post(GRID, sheet(good, wrong))
    assert Referral.objects.count() == 1
    assert [row.address for row in answer.context["logged"]] == [Referral.objects.get().get_absolute_url()]
    assert set(errors_of(answer)) == {"partner_text", "patient_name", "born"}
    html = answer.content.decode()
    assert 'value="31.2.80"' in html and 'value="Dr Nobody"' in html
    assert "Which partner is meant?" in html and "Add “Dr Nobody” as a new partner" in html


def test_the_same_page_sent_twice_logs_nothing_twice(desk, okafor):
    rows = [typed(), typed(patient_name="Max Frei")]
    for _ in range(2):
        desk.post(GRID, sheet(*rows))
    assert Referral.objects.count() == 2
    changed = typed(key=rows[0][0], patient_name="Somebody Else")
    answer = desk.post(GRID, sheet(changed, typed(patient_name="")))
    assert Referral.objects.count() == 2
    assert answer.context["logged"][0].address


def test_the_head_begins_where_the_frame_stands(desk, okafor):
    hill = Location.objects.create(name="Hill")
    session = desk.session
    session["location"] = str(hill.pk)
    session.save()
    assert desk.get(GRID).context["head"].words()["location"] == str(hill.pk)


def test_an_empty_sheet_logs_nothing(desk, okafor):
    answer = desk.post(GRID, sheet(typed(partner_text="", patient_name="", born="", urgency="urgent")))
    assert (answer.status_code, Referral.objects.count(), Draft.objects.count()) == (200, 0, 0)


def test_a_partner_new_in_two_rows_is_added_once(desk, riverside):
    rows = [
        typed(partner_text=name, partner="new", patient_name=f"Pat Number{n}")
        for n, name in enumerate(["Dr Novak", "dr  novak"])
    ]
    desk.post(GRID, sheet(*rows))
    assert Partner.objects.get().name == "Dr Novak"
    assert Referral.objects.filter(partner=Partner.objects.get()).count() == 2


def test_the_choice_beside_an_unclear_name_counts(desk, okafor):
    other = factories.partner("Dr Adaeze Okafor")
    row = typed()
    assert set(errors_of(desk.post(GRID, sheet(row)))) == {"partner_text"}
    stale = desk.post(GRID, sheet(typed(key=row[0], pick="new", asked="Dr Adaeze")))
    assert set(errors_of(stale)) == {"partner_text"}, "it was chosen for another text"
    desk.post(GRID, sheet(typed(key=row[0], pick=str(other.pk), asked="Dr Adaeze Okafor")))
    assert Referral.objects.get().partner == other


def test_sent_rows_follow_the_rules_of_sent_ones(desk, okafor):
    desk.post(GRID, sheet(typed(service="nonsense"), direction="sent"))
    assert (Referral.objects.get().direction, Referral.objects.get().service) == ("sent", None)


def test_a_day_to_come_is_refused_at_its_cell(desk, okafor):
    answer = desk.post(GRID, sheet(typed(happened_on="2026-12-24")))
    assert "This day has not come yet" in errors_of(answer)["happened_on"][0]
    assert not Submission.objects.exists(), "the row can be logged once it is right"


def test_a_head_that_cannot_be_logs_nothing_and_keeps_everything(desk, okafor):
    answer = desk.post(GRID, sheet(typed(), on="yesterday"))
    assert (answer.status_code, Referral.objects.count()) == (200, 0)
    assert 'value="yesterday"' in answer.content.decode() and 'value="Ruth Ager"' in answer.content.decode()


def test_a_known_patient_and_a_repeat_are_said_at_the_row(desk, okafor, kim):
    factories.referral(partner=okafor, patient=kim, reason="knee")
    row = typed(patient_name="Kim Moreau", born="8.3.71")
    html = leave(desk, row).content.decode()
    assert "Known here, record 20417" in html and "logged already" in html
    assert "same as “knee”" in html and "invalid-feedback" not in html
    first = Referral.objects.get()
    desk.post(GRID, sheet(typed(key=row[0], patient_name="Kim Moreau", born="8.3.71", matter=str(first.pk))))
    assert Referral.objects.filter(matter=first.pk).count() == 2


def test_two_rows_about_the_same_are_warned_of(desk, okafor):
    leave(desk, typed())
    assert "stand in another row" in leave(desk, typed()).content.decode()
    assert "stand in another row" not in leave(desk, typed(patient_name="Max Frei")).content.decode()


def test_a_row_is_checked_only_where_something_stands_until_it_is_left(desk, okafor):
    row = typed(patient_name="", born="nonsense")
    data = HEAD | row[1]
    begun, left = desk.post(ROW, data).content.decode(), desk.post(ROW, data | {"left": "1"}).content.decode()
    assert "Type the patient" not in begun and "valid date" in begun
    assert "Type the patient" in left


def test_what_was_understood_is_said(desk, okafor):
    html = leave(desk, typed(partner_text="adaeze", happened_on="19.11.")).content.decode()
    assert "Dr Adaeze Okafor, Family medicine" in html
    assert "Thu 19 Nov<" in html and "17 May 1980" in html
    assert "tag-good" in html


# Drafts


def test_typing_is_there_again_after_a_closed_tab(desk, okafor, bob, as_person):
    leave(desk, typed(patient_name="Half"), direction="sent", on="2026-11-18")
    page = desk.get(GRID)
    html = page.content.decode()
    assert 'value="Half"' in html and "1 row you began" in html
    assert page.context["head"].words()["direction"] == "sent"
    assert page.context["head"].words()["on"] == "2026-11-18"
    assert "Half" not in as_person(bob).get(GRID).content.decode()


def test_rows_come_back_in_the_order_of_the_page_whichever_was_kept_first(desk):
    rows = sorted((typed(patient_name=name) for name in ("Ann", "Ben", "Cas")), key=lambda row: row[0])
    for row in (rows[2], rows[0], rows[1]):
        leave(desk, row, on="2026-11-18")
    page = desk.get(GRID)
    assert [row.key for row in page.context["rows"]][:3] == [UUID(key) for key, _ in rows]
    assert page.context["head"].words()["on"] == "2026-11-18"


def test_a_day_that_has_not_come_is_said_as_the_row_is_left(desk, okafor):
    answer = leave(desk, typed(happened_on="31.12.2027", partner_text=okafor.name, patient_name="Ann Ash"))
    assert "This day has not come yet" in answer.content.decode()


def test_answers_and_what_no_list_offers_are_there_again_too(desk, okafor):
    key, row = typed(service="Dentistry", pick="new", asked="Dr Adaeze Okafor", matter=str(okafor.pk))
    leave(desk, (key, row))
    html = desk.get(GRID).content.decode()
    assert '<option value="Dentistry" selected>' in html
    for name, value in [("pick", "new"), ("asked", "Dr Adaeze Okafor"), ("matter", okafor.pk)]:
        assert f'name="r-{key}-{name}" value="{value}"' in html


def test_a_draft_is_sealed_and_opens_only_for_its_person(desk, okafor, alice, bob):
    key, _ = row = typed(patient_name="Qzsecret Name", reason="Qzreason")
    leave(desk, row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text, encode(box, 'escape') FROM referrals_draft t")
        [stored] = cursor.fetchall()
    assert "Qz" not in "".join(stored)
    draft = Draft.objects.get(pk=key)
    assert draft.words["patient_name"] == "Qzsecret Name"
    Draft.objects.filter(pk=key).update(person=bob)
    assert "Qzsecret" not in desk.get(GRID).content.decode()
    moved = Draft.objects.get(pk=key)
    with pytest.raises(Tampered):
        _ = moved.words


def test_a_key_of_somebody_elses_row_is_refused(desk, okafor, alice, bob, as_person):
    key, _ = row = typed()
    leave(desk, row)
    assert leave(as_person(bob), typed(key=key, patient_name="Stolen")).status_code == 409
    assert Draft.objects.get().words["patient_name"] == "Ruth Ager"


def test_the_draft_goes_when_the_row_is_logged_or_emptied(desk, okafor):
    first, second = typed(), typed(patient_name="Max Frei")
    leave(desk, first)
    leave(desk, second)
    assert Draft.objects.count() == 2
    desk.post(GRID, sheet(first))
    assert [str(draft.pk) for draft in Draft.objects.all()] == [second[0]]
    leave(desk, typed(key=second[0], partner_text="", patient_name="", born=""))
    assert not Draft.objects.exists()


def test_a_late_answer_of_the_page_brings_no_logged_row_back(desk, okafor):
    row = typed()
    desk.post(GRID, sheet(row))
    leave(desk, row)
    assert not Draft.objects.exists()


def test_rows_that_could_not_be_logged_are_kept(desk, okafor):
    desk.post(GRID, sheet(typed(patient_name="", record_number="")))
    assert Draft.objects.count() == 1


def test_drafts_nobody_touches_for_thirty_days_are_gone(desk, okafor):
    leave(desk, typed())
    Draft.objects.update(kept_at=timezone.now() - timedelta(days=31))
    leave(desk, typed(patient_name="Max Frei"))
    actions.forget_old()
    assert [draft.words["patient_name"] for draft in Draft.objects.all()] == ["Max Frei"]


def test_each_minute_asks_for_old_drafts_and_leaves_the_work_to_a_task(desk, okafor, riverside, monkeypatch):
    nudged = []
    monkeypatch.setattr(receivers, "nudge", lambda *words: nudged.append(words))
    leave(desk, typed())
    receivers.forget_old_drafts(None, practice=riverside)
    assert nudged == []
    Draft.objects.update(kept_at=timezone.now() - timedelta(days=31))
    receivers.forget_old_drafts(None, practice=riverside)
    assert nudged == [("referrals.forget_drafts", riverside.pk)]


def test_a_person_has_at_most_two_hundred_rows_waiting(alice, monkeypatch):
    monkeypatch.setattr(actions, "AT_MOST", 2)
    for _ in range(2):
        actions.keep(uuid4(), {}, by=alice)
    with pytest.raises(Refused, match="waiting"):
        actions.keep(uuid4(), {}, by=alice)


def test_an_expired_sign_in_loses_no_row(desk, alice, okafor):
    session = desk.session
    session["seen"] = 1
    session.save()
    data = sheet(typed(patient_name="Late Typing"))
    answer = desk.post(GRID, data)
    assert (answer.status_code, Referral.objects.count()) == (403, 0)
    form = {"email": alice.email, "password": factories.PASSWORD, "next": GRID}
    kept = answer.context["kept"]
    page = desk.post(reverse("practice:sign_in"), form | {"kept": kept}, follow=True)
    assert 'value="Late Typing"' in page.content.decode()
    assert Referral.objects.count() == 0


def test_another_practices_drafts_are_not_shown(desk, okafor, northgate, alice):
    with enter(northgate):
        nora = factories.person("Nora", practice=northgate)
        actions.keep(uuid4(), {"patient_name": "Theirs"}, by=nora)
    assert not Draft.objects.exists()


def test_the_page_asks_as_many_questions_for_two_drafts_as_for_forty(desk, okafor):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            desk.get(GRID)
        return len(seen)

    desk.get(GRID)
    for _ in range(2):
        leave(desk, typed())
    few = queries()
    for number in range(38):
        leave(desk, typed(patient_name=f"Pat Number{number}"))
    assert queries() == few <= 12


def test_a_stranger_is_asked_to_sign_in(db):
    assert Client().post(ROW, {"row": "x"}, headers={"HX-Request": "true"}).status_code == 401


# Days as typed


@pytest.mark.parametrize(
    "text, expected",
    [
        ("2026-11-17", date(2026, 11, 17)),
        ("17.11.2026", date(2026, 11, 17)),
        ("17.11.", date(2026, 11, 17)),
        ("17/11", date(2026, 11, 17)),
        ("25.12.", date(2025, 12, 25)),
        ("17 5 80", date(1980, 5, 17)),
        ("17051980", date(1980, 5, 17)),
        ("170580", date(1980, 5, 17)),
        ("1711", date(2026, 11, 17)),
        ("19801231", date(1980, 12, 31)),
        ("20051980", date(1980, 5, 20)),
        ("17 Nov", date(2026, 11, 17)),
        ("Nov 17, 2026", date(2026, 11, 17)),
        ("17. november 26", date(2026, 11, 17)),
        ("29.2.2024", date(2024, 2, 29)),
        ("31.2.80", None),
        ("yesterday", None),
        ("", None),
        ("5", None),
        ("1.2.3.4.5", None),
        ("12 13 14", None),
        ("17 nov dec", None),
    ],
)
def test_a_day_is_read_as_people_write_it(text, expected):
    assert day_typed(text, today=TUESDAY, country="GB") == expected


def test_where_the_month_is_written_first_it_is_read_first():
    assert day_typed("5/17/80", today=TUESDAY, country="US") == date(1980, 5, 17)
    assert day_typed("17 May 80", today=TUESDAY, country="US") == date(1980, 5, 17)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_day(text):
    found = day_typed(text, today=TUESDAY, country="GB")
    assert found is None or isinstance(found, date)


@given(st.dates(date(1930, 1, 1), TUESDAY))
def test_every_day_is_read_back_as_it_was_written(day):
    for written in (f"{day:%d.%m.%Y}", f"{day:%d%m%Y}", f"{day:%Y-%m-%d}", f"{day.day} {day:%b %Y}"):
        assert day_typed(written, today=TUESDAY, country="GB") == day
