from datetime import date, timedelta

import pytest

from outreach.actions import touchpoints
from outreach.models import Task, Touchpoint
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused, Stale
from tests import factories

NEW = "/outreach/contacts/new/"


@pytest.fixture
def today(riverside):
    return riverside.today()


@pytest.fixture
def okafor(riverside):
    return factories.partner("Dr Adaeze Okafor")


def body(*partners, **fields):
    return {"partner": [str(p.pk) for p in partners], "kind": "call", "by_them": "False"} | fields


def test_a_contact_is_logged_from_the_partners_page(okafor, alice, as_person, today):
    page = as_person(alice).get(f"{NEW}?partner={okafor.pk}").content.decode()
    assert "Dr Adaeze Okafor" in page
    assert f'value="{today.isoformat()}"' in page
    response = as_person(alice).post(
        NEW,
        body(
            okafor,
            kind="lunch",
            by_them="True",
            minutes="45",
            note="Talked 🙂",
            happened_on=today.isoformat(),
        ),
    )
    assert response["Location"] == f"/partners/{okafor.pk}/"
    made = Touchpoint.objects.get()
    assert (made.partner, made.kind, made.by_them, made.minutes, made.note, made.by, made.occasion) == (
        okafor,
        "lunch",
        True,
        45,
        "Talked 🙂",
        alice,
        None,
    )


def test_several_people_at_once_share_the_occasion_and_one_undo(okafor, alice, as_person, today):
    second = factories.partner("Lena Voss")
    browser = as_person(alice)
    browser.post(NEW, body(okafor, add="lena voss", kind="mdt", happened_on=today.isoformat()))
    made = list(Touchpoint.objects.all())
    assert {row.partner for row in made} == {okafor, second}
    assert len({row.occasion for row in made}) == 1
    assert made[0].occasion is not None
    browser.post(f"/outreach/contacts/{made[0].pk}/delete/?everybody")
    assert Touchpoint.objects.kept().count() == 0
    browser.post(f"/outreach/contacts/{made[0].pk}/restore/?everybody")
    assert Touchpoint.objects.kept().count() == 2
    browser.post(f"/outreach/contacts/{made[0].pk}/delete/")
    assert Touchpoint.objects.kept().count() == 1


def test_a_name_that_fits_several_is_asked_about(alice, as_person, today):
    factories.partner("Dr Anna Brown")
    factories.partner("Dr Bea Brown")
    response = as_person(alice).post(NEW, body(add="brown", note="Kept words", happened_on=today.isoformat()))
    page = response.content.decode()
    assert "Which of these? Tick them." in page
    assert "Dr Anna Brown" in page
    assert "Kept words" in page
    assert Touchpoint.objects.count() == 0


@pytest.mark.parametrize(
    "name, words", [("", "Say whom you were in touch with."), ("Zzyzx", "We know nobody")]
)
def test_a_contact_with_nobody_is_refused(alice, as_person, today, name, words):
    response = as_person(alice).post(NEW, body(add=name, happened_on=today.isoformat()))
    assert words in response.content.decode()
    assert Touchpoint.objects.count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"happened_on": "1989-12-31"},
        {"happened_on": "1899-01-01"},
        {"happened_on": "2026-02-30"},
        {"happened_on": ""},
        {"happened_on": "2999-01-01"},
        {"minutes": "0"},
        {"minutes": "1441"},
        {"minutes": "99999999999999999999"},
        {"kind": "nonsense"},
        {"note": "x" * 2001},
        {"note": "a\0b"},
        {"partner": ["not-a-key"]},
    ],
)
def test_what_cannot_be_is_explained_and_the_typing_kept(okafor, alice, as_person, today, fields):
    response = as_person(alice).post(
        NEW,
        body(
            okafor, happened_on=today.isoformat(), **({"note": "Kept words"} if "note" not in fields else {})
        )
        | fields,
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "invalid-feedback" in page or "alert" in page
    assert "Kept words" in page or "note" in fields
    assert Touchpoint.objects.count() == 0


def test_tomorrow_is_refused_in_the_practices_own_zone(okafor, alice, today):
    with pytest.raises(Refused, match="still to come"):
        touchpoints.log(partners=[okafor], kind="call", happened_on=today + timedelta(days=1), by=alice)
    with pytest.raises(Refused, match="before 1990"):
        touchpoints.log(partners=[okafor], kind="call", happened_on=date(1989, 12, 31), by=alice)


def test_too_many_people_at_once_are_refused(okafor, alice, today):
    with pytest.raises(Refused, match="more than 200"):
        touchpoints.log(partners=[okafor] * 201, kind="call", happened_on=today, by=alice)


def test_a_partner_of_another_practice_is_not_logged_with(alice, northgate, as_person, today):
    from referralcrm.practice.scope import enter

    with enter(northgate):
        theirs = factories.partner("Dr Theirs")
    as_person(alice).post(NEW, body(theirs, happened_on=today.isoformat()))
    assert Touchpoint.objects.count() == 0
    assert "Dr Theirs" not in as_person(alice).get(f"{NEW}?partner={theirs.pk}").content.decode()


def test_the_type_ahead_adds_to_who_is_ticked(okafor, alice, as_person):
    lena = factories.partner("Lena Voss")
    page = as_person(alice).get(
        "/outreach/contacts/people/", {"partner": str(okafor.pk), "add_id": str(lena.pk), "add": "Lena Voss"}
    )
    assert page.content.decode().count("checked") == 2


def test_a_contact_is_mended(okafor, alice, as_person, today):
    [made] = touchpoints.log(partners=[okafor], kind="call", happened_on=today, by=alice)
    browser = as_person(alice)
    assert "checked" in browser.get(f"/outreach/contacts/{made.pk}/").content.decode()
    day = (today - timedelta(days=2)).isoformat()
    browser.post(
        f"/outreach/contacts/{made.pk}/", body(kind="visit", happened_on=day, version=1, note="At theirs")
    )
    made.refresh_from_db()
    assert (made.kind, made.happened_on.isoformat(), made.note, made.version) == (
        "visit",
        day,
        "At theirs",
        2,
    )
    changed = AuditEvent.objects.filter(verb="changed").latest("at").changed
    assert sorted(changed) == ["happened_on", "kind", "note"]


def test_two_people_mending_at_once_do_not_overwrite_each_other(okafor, alice, as_person, today):
    [made] = touchpoints.log(partners=[okafor], kind="call", happened_on=today, by=alice)
    touchpoints.change(made, version=1, by=alice, note="First")
    with pytest.raises(Stale):
        touchpoints.change(made, version=1, by=alice, note="Second")
    response = as_person(alice).post(
        f"/outreach/contacts/{made.pk}/", body(happened_on=today.isoformat(), version=1, note="Second")
    )
    page = response.content.decode()
    assert "It now says: First" in page
    assert "Second" in page


def test_deleting_opens_the_check_in_again_and_undo_finishes_it(okafor, alice, today):
    task = Task.objects.create(
        kind="check_in", title="Keep in touch", partner=okafor, owner=alice, due_on=today
    )
    [made] = touchpoints.log(partners=[okafor], kind="call", happened_on=today, by=alice)
    touchpoints.delete(made, by=alice)
    task.refresh_from_db()
    assert task.state == "requested"
    touchpoints.restore(made, by=alice)
    task.refresh_from_db()
    assert (task.state, task.touchpoint) == ("completed", made)


def test_what_was_deleted_a_month_ago_is_gone(okafor, alice, today):
    [made] = touchpoints.log(partners=[okafor], kind="call", happened_on=today, by=alice)
    touchpoints.delete(made, by=alice)
    Touchpoint.objects.update(deleted_at=made.entered_at - timedelta(days=31))
    with pytest.raises(Refused, match="no longer"):
        touchpoints.restore(made, by=alice)


def test_deleting_twice_is_told_plainly(okafor, alice, as_person, today):
    [made] = touchpoints.log(partners=[okafor], kind="call", happened_on=today, by=alice)
    browser = as_person(alice)
    assert browser.post(f"/outreach/contacts/{made.pk}/delete/").status_code == 302
    assert browser.post(f"/outreach/contacts/{made.pk}/delete/").status_code == 409
    assert browser.get(f"/outreach/contacts/{made.pk}/").status_code == 410


def test_gifts_are_never_tied_to_referrals(alice, as_person):
    assert "A gift never depends on how many patients" in as_person(alice).get(NEW).content.decode()
