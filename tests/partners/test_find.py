"""Whom to refer to: by fit, each reason in words, and blind to what is exchanged with anybody."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outreach.models import Touchpoint
from partners.finder import Need, find, meaning_of, ourselves
from partners.finder.places import distance_km, district, in_words
from partners.models import Agreement, Condition, Discipline, Partner, PartnerPlan, Postcode
from partners.states import Circle, Kind, Stage
from referralcrm.practice.models import Licence, Plan
from referrals.actions import log
from tests import factories

TODAY = date(2026, 3, 4)
FIND = "/find/"
PHYSIO, DOCTOR = "Physiotherapy", "Family medicine"


def need(what="", **fields):
    return Need(today=TODAY, country=fields.pop("country", "GB"), what=what, **fields)


def found(asked):
    return find(asked, meaning_of(asked, Discipline.objects.in_use()))


def names(asked):
    return [each.who.name for each in found(asked)[0]]


def against(asked):
    return {each.who.name: each.against for each in found(asked)[1]}


def only(asked):
    [one] = found(asked)[0]
    return one


@pytest.fixture
def physio(riverside):
    return factories.discipline(PHYSIO)


@pytest.fixture
def aetna(riverside):
    return Plan.objects.create(name="Aetna")


def partner(name, *plans, **fields):
    made = factories.partner(name, **fields)
    for plan in plans:
        PartnerPlan.objects.create(partner=made, plan=plan)
    return made


# What is meant


def test_nothing_asked_finds_nobody(riverside):
    partner("Dr Okafor")
    assert found(need()) == ([], [])


def test_a_special_interest_counts_before_the_same_condition_and_that_before_the_discipline(physio):
    partner("Anna Discipline", discipline=physio)
    partner("Berta Related", special_interests=["Rotator cuff"])
    partner("Clara Typed", special_interests=["Frozen shoulder"])
    partner("Dora Other", special_interests=["Knee"])
    assert names(need("frozen shoulder")) == ["Clara Typed", "Berta Related", "Anna Discipline"]
    reasons = [each.reasons for each in found(need("frozen shoulder"))[0]]
    assert reasons == [
        ("special interest: Frozen shoulder",),
        ("special interest: Rotator cuff (for shoulder pain)",),
        ("Physiotherapy helps with shoulder pain",),
    ]


@pytest.mark.parametrize("typed", ["PHYSIO", "physiotherapy", "Physiothérapy"])
def test_a_discipline_is_found_by_its_name_as_it_is_begun(typed, physio):
    partner("Anna Moss", discipline=physio)
    assert only(need(typed)).reasons == (PHYSIO,)


def test_the_practices_own_condition_is_looked_up(riverside):
    yoga = factories.discipline("Yoga teaching")
    partner("Yara Yoga", discipline=yoga)
    assert names(need("burn-out")) == []
    Condition.objects.create(name="Burn-out", words=["exhaustion"], disciplines=[yoga.pk])
    assert only(need("exhaust")).reasons == ("Yoga teaching helps with burn-out",)
    Condition.objects.update(is_active=False)
    assert names(need("exhaust")) == []


def test_of_a_chosen_discipline_those_without_the_interest_stay_and_are_to_be_asked(physio):
    partner("Anna Moss", discipline=physio)
    partner("Berta Bird", discipline=physio, special_interests=["vertigo"])
    partner("Carl Other", discipline=factories.discipline("Audiology"), special_interests=["vertigo"])
    asked = need("vertigo", discipline=physio)
    assert names(asked) == ["Berta Bird", "Anna Moss"]


def test_those_who_ended_or_are_in_the_trash_are_not_offered(riverside, physio):
    partner("Anna Gone", discipline=physio, stage=Stage.ENDED, ended_on=TODAY)
    partner("Bea Binned", discipline=physio, deleted_at=riverside.now())
    assert found(need("physio")) == ([], [])


# Each thing that can be asked for


def test_the_insurer_is_met_refused_or_to_be_asked(aetna, physio):
    cigna = Plan.objects.create(name="Cigna")
    partner("Anna Takes", aetna, cigna, discipline=physio)
    partner("Bea Refuses", cigna, discipline=physio)
    partner("Cleo Silent", discipline=physio)
    asked = need("physio", plan=aetna)
    assert names(asked) == ["Anna Takes", "Cleo Silent"]
    assert found(asked)[0][1].to_ask == ("which insurers they take is not written down",)
    assert against(asked) == {"Bea Refuses": ("does not take Aetna (takes Cigna)",)}


def test_the_nearer_of_equals_comes_first_and_the_distance_is_said(riverside, physio):
    places = [("N1", 51.538, -0.099), ("SW1A1AA", 51.501, -0.142), ("E1", 51.516, -0.059)]
    for code, latitude, longitude in places:
        Postcode.objects.create(name=code, latitude=latitude, longitude=longitude)
    partner("Anna Far", discipline=physio, postcode="SW1A 1AA")
    partner("Bea Near", discipline=physio, postcode="n1 9gu")
    office = factories.organisation("East Clinic", postcode="E1 6AN")
    partner("Cleo Middle", discipline=physio, organisation=office)
    partner("Dora Unknown", discipline=physio)
    asked = need("physio", near="N1 2AB")
    assert names(asked) == ["Bea Near", "Cleo Middle", "Anna Far", "Dora Unknown"]
    assert [each.reasons[-1] for each in found(asked)[0][:3]] == [
        "under 1 mile away",
        "2.3 miles away",
        "3.2 miles away",
    ]
    assert list(against(replace(asked, within_km=4))) == ["Anna Far"]


def test_without_coordinates_the_district_or_the_area_is_compared_in_words(physio):
    partner("Anna Same", discipline=physio, postcode="SW4 7AB")
    partner("Bea Else", discipline=physio, postcode="N1 9GU")
    asked = need("physio", near="sw4 0aa")
    assert [(each.who.name, each.reasons[-1]) for each in found(asked)[0]][0] == ("Anna Same", "in SW4")
    assert found(asked)[0][1].to_ask == ("how far it is, is not known",)
    partner("Cleo Area", discipline=physio, area="North Camden")
    assert names(need("physio", near="camden"))[0] == "Cleo Area"


@pytest.mark.parametrize(
    "served, near, said",
    [
        (["SW4"], "SW4 7AB", None),
        (["Camden", "Islington"], "Camden", None),
        (["N1", "N5"], "SW4 7AB", ("serves N1, N5, not SW4",)),
        (["Camden"], "Hackney", ("serves Camden, not Hackney",)),
        (["Camden"], "SW4 7AB", None),  # nobody knows whether that is in it: to be asked
    ],
)
def test_an_area_that_is_not_served_is_said(served, near, said, physio):
    partner("Anna Moss", discipline=physio, areas_served=served)
    assert against(need("physio", near=near)) == ({"Anna Moss": said} if said else {})


def test_by_video_the_licence_of_the_patients_place_counts_and_the_distance_does_not(physio):
    partner("Anna Person", discipline=physio)
    partner("Bea Here", discipline=physio, telehealth=True, licence_places=["california"])
    oregon = {"licence_places": ["Oregon"], "areas_served": ["97201"]}
    partner("Cleo Else", discipline=physio, telehealth=True, **oregon)
    partner("Dora Silent", discipline=physio, telehealth=True)
    asked = need("physio", telehealth=True, place="California", country="US", near="94110")
    assert names(asked) == ["Bea Here", "Dora Silent"]
    assert "may treat by video in California" in found(asked)[0][0].reasons
    assert found(asked)[0][1].to_ask == ("ask whether they may treat somebody in California by video",)
    assert against(asked) == {
        "Anna Person": ("sees people in person only, as far as we know",),
        "Cleo Else": ("may treat by video in Oregon, not in California",),
    }


@pytest.mark.parametrize(
    "fields, said",
    [
        ({}, None),
        ({"accepting": "yes"}, None),
        ({"accepting": "no"}, ("takes no new patients",)),
        (
            {"accepting": "no", "accepting_again_on": TODAY + timedelta(1)},
            ("takes no new patients until 5 Mar 2026",),
        ),
        ({"accepting": "no", "accepting_again_on": TODAY}, None),
    ],
)
def test_who_takes_no_new_patients_is_shown_with_the_reason(fields, said, physio):
    partner("Anna Moss", discipline=physio, **fields)
    assert against(need("physio")) == ({"Anna Moss": said} if said else {})


def test_a_promise_of_an_appointment_is_compared(physio):
    for name, days in [("Anna Soon", 5), ("Bea Late", 20)]:
        Agreement.objects.create(partner=partner(name, discipline=physio), appointment_within_days=days)
    partner("Cleo Silent", discipline=physio)
    first, *others = found(need("physio", within_days=7))[0]
    assert "promised an appointment within 5 days" in first.reasons
    assert [each.to_ask for each in others] == [
        ("promised an appointment within 20 days",),
        ("no appointment within some days is agreed",),
    ]


def test_our_own_clinicians_are_named_with_what_stands_against_it(riverside, bob):
    bob.special_interests, bob.telehealth = ["Frozen shoulder"], True
    bob.save()
    asked = need("shoulder", telehealth=True, place="Oregon")

    def said():
        return [(one.name, one.interest, one.but) for one in ourselves(asked, meaning_of(asked, []))]

    assert said() == [("Bob Brown", "Frozen shoulder", "no valid licence is written down")]
    licence = Licence.objects.create(person=bob, name="PT", place="oregon", expires_on=TODAY)
    assert said() == [("Bob Brown", "Frozen shoulder", "")]
    Licence.objects.filter(pk=licence.pk).update(expires_on=TODAY - timedelta(1))
    assert said() == [("Bob Brown", "Frozen shoulder", "no valid licence is written down")]
    Licence.objects.create(person=bob, name="PT", place="Oregon", deleted_at=riverside.now())
    Licence.objects.create(person=bob, name="PT", place="Texas")
    assert said()[0][2] == "licensed in Texas, not in Oregon"


def test_our_people_of_another_practice_are_not_ours(riverside, northgate, bob):
    factories.person("Eve Else", practice=northgate, sees_patients=True, special_interests=["shoulder"])
    asked = need("shoulder")
    assert ourselves(asked, meaning_of(asked, [])) == []


# Reckoning


@pytest.mark.parametrize(
    "one, other, km",
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (0, 180), 20015.1),  # half the equator of the mean sphere
        ((51.5074, -0.1278), (48.8566, 2.3522), 343.6),  # London and Paris
        ((90, 0), (-90, 77), 20015.1),
    ],
)
def test_distances_are_those_of_the_sphere(one, other, km):
    assert distance_km(one, other) == pytest.approx(km, abs=0.1)


@pytest.mark.parametrize(
    "code, country, said",
    [
        ("SW1A1AA", "GB", "SW1A"),
        ("N1", "GB", "N1"),
        ("941101234", "US", "94110"),
        ("D02X285", "IE", "D02"),
        ("10115", "DE", "10115"),
        ("", "GB", ""),
    ],
)
def test_a_district_is_the_part_that_names_a_neighbourhood(code, country, said):
    assert district(code, country) == said


@pytest.mark.parametrize(
    "km, country, said",
    [
        (0.3, "DE", "under 1 km away"),
        (0.3, "GB", "under 1 mile away"),
        (3.24, "DE", "3.2 km away"),
        (16.1, "US", "10 miles away"),
    ],
)
def test_a_distance_is_said_as_the_roads_say_it(km, country, said):
    assert in_words(km, country) == said


# Blind to what is exchanged


@pytest.fixture
def three(aetna, physio):
    """Two who fit alike, and one we cannot refer to."""
    for code, latitude in (("N1", 51.538), ("SW4", 51.46)):
        Postcode.objects.create(name=code, latitude=latitude, longitude=-0.1)
    anna = partner("Anna Alike", aetna, discipline=physio, postcode="N1 9GU", special_interests=["shoulder"])
    bea = partner("Bea Alike", aetna, discipline=physio, postcode="N1 9GU", special_interests=["shoulder"])
    shut = partner("Cleo Shut", discipline=physio, accepting="no")
    return anna, bea, shut


def answer(aetna):
    asked = need("shoulder", plan=aetna, near="N1 2AB")
    fitting, not_fitting = found(asked)
    assert [each.who.name for each in fitting] == ["Anna Alike", "Bea Alike"]
    return [(each.who.name, each.reasons, each.to_ask, each.against) for each in (*fitting, *not_fitting)]


@pytest.mark.volume_blind
@pytest.mark.parametrize("direction", ["received", "sent"])
@pytest.mark.parametrize("most", [0, 1], ids=["the first has most", "the second has most"])
def test_referrals_change_nothing(most, direction, three, aetna):
    before = answer(aetna)
    for number, who in ((6, three[most]), (1, three[1 - most]), (11, three[2])):
        for _ in range(number):
            factories.referral(partner=who, direction=direction)
    assert answer(aetna) == before


@pytest.mark.volume_blind
def test_a_referral_that_is_logged_and_its_consequences_change_nothing(three, aetna, alice):
    before, today = answer(aetna), alice.practice.today()
    for number in range(4):
        words = {"name": f"Pat Number{number}", "birth_date": None, "record_number": "", "phone": ""}
        for direction in ("received", "sent"):
            log(by=alice, direction=direction, patient=words, partner=three[1], happened_on=today)
    assert answer(aetna) == before


@pytest.mark.volume_blind
def test_messages_change_nothing(three, aetna):
    before = answer(aetna)
    for state in ("pending", "held", "failed"):
        factories.message(partner=three[1], state=state, referrals=3)
    assert answer(aetna) == before


@pytest.mark.volume_blind
@pytest.mark.parametrize("days_ago", [0, 400])
def test_contacts_and_the_last_contact_change_nothing(days_ago, three, aetna):
    before = answer(aetna)
    day = three[1].practice.today() - timedelta(days_ago)
    for kind in ("call", "lunch", "gift"):
        Touchpoint.objects.create(partner=three[1], kind=kind, happened_on=day, by_them=True)
    assert answer(aetna) == before


@pytest.mark.volume_blind
@pytest.mark.parametrize(
    "standing",
    [
        {"circle": Circle.INNER},
        {"circle": Circle.LIGHT, "stage": Stage.PROSPECT},
        {"kind": Kind.LATERAL, "goal": "more patients", "tags": ["favourite"], "stage": Stage.DORMANT},
    ],
    ids=["inner", "prospect", "dormant"],
)
def test_how_close_somebody_is_changes_nothing(standing, three, aetna):
    before = answer(aetna)
    Partner.objects.filter(pk=three[1].pk).update(**standing)
    assert answer(aetna) == before


@pytest.mark.volume_blind
def test_the_page_is_the_same_whatever_was_exchanged(three, aetna, alice, as_person):
    def page():
        response = as_person(alice).post(FIND, {"what": "shoulder", "plan": aetna.pk, "near": "N1 2AB"})
        text = response.content.decode()
        return text[text.index('id="found"') : text.index("How it is ordered")]

    before = page()
    for _ in range(3):
        factories.referral(partner=three[1])
        factories.message(partner=three[1], state="held")
    assert page() == before and "Anna Alike" in before


# How fast


def many(number, disciplines, plans):
    rows = [
        Partner(
            name=f"Partner {n}",
            discipline=disciplines[n % len(disciplines)],
            special_interests=["shoulder"] if n % 3 else [],
            postcode=f"N{n % 50 + 1} {n % 9}AB",
        )
        for n in range(number)
    ]
    Partner.objects.bulk_create(rows, batch_size=2000)
    PartnerPlan.objects.bulk_create(
        [PartnerPlan(partner=row, plan=plans[n % len(plans)]) for n, row in enumerate(rows)], batch_size=5000
    )


def test_ten_thousand_partners_are_judged_in_as_few_queries_as_three(aetna, physio):
    disciplines = [physio, factories.discipline(DOCTOR)]
    plans = [aetna, Plan.objects.create(name="Cigna")]
    Postcode.objects.bulk_create(
        Postcode(name=f"N{n}", latitude=51 + n / 100, longitude=-0.1) for n in range(1, 51)
    )
    asked = need("shoulder", plan=aetna, near="N1 2AB", within_km=30, within_days=7)

    def ask():
        with CaptureQueriesContext(connection) as seen:
            started = time.perf_counter()
            fitting, not_fitting = found(asked)
            spent = time.perf_counter() - started
        return len(seen), len(fitting) + len(not_fitting), spent

    many(3, disciplines, plans)
    few = ask()
    many(9997, disciplines, plans)
    queries, judged, spent = ask()
    print(f"\n{judged} of 10,000 partners judged by {queries} queries in {spent * 1000:.0f} ms")
    assert queries == few[0] <= 5
    assert judged > 6000
