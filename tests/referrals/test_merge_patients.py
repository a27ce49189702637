"""Two records of one patient made one, and taken apart again exactly, also after later work."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referralcrm.audit.models import AuditEvent
from referralcrm.core.crypto import Tampered, new_key, wrap
from referralcrm.core.refused import Refused, Stale
from referrals.actions import (
    ask,
    attach,
    contents,
    merge_patients,
    move,
    receive,
    redirect,
    unmerge_patients,
)
from referrals.actions.matters import join
from referrals.actions.patients import change, find_or_make
from referrals.models import (
    Attachment,
    DetailsRequest,
    JourneyEvent,
    Obligation,
    Patient,
    PatientMerge,
    Referral,
)
from referrals.states import Verb
from tests import factories
from tests.core.test_content import PDF
from tests.referrals.conftest import TUESDAY

BORN = date(1971, 3, 8)


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def twin(kim):
    """Kim once more, under another number."""
    return factories.patient("Kim Moreau-Adler", born="1971-03-08", record="30000")


@pytest.fixture
def work(okafor, alice):
    """``work(patient)`` is a referral with something sealed in every place there is."""

    def make(patient, **fields):
        referral = receive(
            by=alice, patient=patient, partner=okafor, happened_on=TUESDAY, reason="Left knee", **fields
        )
        move(referral, Verb.HOLD, by=alice, reason="Waits for an MRI")
        ask(referral, by=alice, missing=["imaging"], words="The MRI")
        attach(referral, by=alice, file=SimpleUploadedFile("fax.pdf", PDF), kind="fax", title="First fax")
        for report in referral.obligations.all():
            report.waived_because = "No need"
            report.save()
        return Referral.objects.get(pk=referral.pk)

    return make


def everything(referral, by):
    """Every sealed word about a referral, opened."""
    referral = Referral.objects.get(pk=referral.pk)
    of = {"referral": referral}
    attached = Attachment.objects.get(**of)
    return [
        referral.reason,
        JourneyEvent.objects.get(after="on_hold", **of).reason,
        DetailsRequest.objects.get(**of).words,
        Obligation.objects.get(**of).waived_because,
        attached.title,
        contents(attached, by=by),
    ]


SAID = ["Left knee", "Waits for an MRI", "The MRI", "No need", "First fax", PDF]


def test_all_that_belongs_to_one_is_the_others_and_opens(work, kim, twin, alice):
    referral = work(twin)
    merge_patients(kim, twin, by=alice)
    assert Referral.objects.get().patient == kim
    assert everything(referral, alice) == SAID
    event = AuditEvent.objects.get(verb="merged")
    assert set(event.subjects) == {str(kim.pk), str(twin.pk)}


def test_both_record_numbers_and_both_names_find_the_survivor(kim, twin, alice, desk):
    merge_patients(kim, twin, by=alice, theirs=["name"])
    for words in (
        {"record_number": "20417"},
        {"record_number": "30000", "name": "Kim Moreau-Adler", "birth_date": BORN},
        {"record_number": "30000", "name": "Kim Moreau"},
        {"name": "Kim Moreau", "birth_date": BORN},
        {"name": "Kim Moreau-Adler", "birth_date": BORN},
    ):
        assert find_or_make(by=alice, **words) == kim, words
    assert Patient.objects.get(pk=kim.pk).name == "Kim Moreau-Adler"
    assert len(desk.post(reverse("front:search"), {"q": "30000"}).context["patients"]) == 1


def test_the_survivors_key_holds_the_others(kim, twin, alice):
    merge_patients(kim, twin, by=alice)
    Patient.objects.filter(pk=kim.pk).update(wrapped_key=wrap(new_key(), bound_to=f"patient:{kim.pk}"))
    with pytest.raises(Tampered):
        assert Patient.objects.get(pk=twin.pk).name


def test_what_is_logged_for_the_hidden_record_is_the_survivors(kim, twin, alice, okafor):
    merge_patients(kim, twin, by=alice)
    assert receive(by=alice, patient=twin, partner=okafor, happened_on=TUESDAY).patient == kim


def test_the_record_with_a_number_stays(kim, alice):
    unnumbered = find_or_make(by=alice, name="Kim Moreau-Lind")
    with pytest.raises(Refused, match="other way round"):
        merge_patients(unnumbered, kim, by=alice)


def test_taken_apart_each_has_what_was_theirs_and_what_came_of_it(work, kim, twin, alice, okafor):
    own, moved = work(kim), work(twin)
    done = merge_patients(kim, twin, by=alice, theirs=["name"])
    moved = Referral.objects.get(pk=moved.pk)
    second = receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY, same_matter_as=moved)
    move(moved, Verb.RESUME, by=alice)
    onward = redirect(moved, by=alice, reason="Too far", partner=factories.partner("Dr Lind"))
    added = receive(by=alice, patient=kim, partner=okafor, happened_on=TUESDAY)
    unmerge_patients(done, by=alice)
    whose = dict(Referral.objects.values_list("pk", "patient"))
    assert whose == {
        own.pk: kim.pk,
        added.pk: kim.pk,
        moved.pk: twin.pk,
        second.pk: twin.pk,
        onward.pk: twin.pk,
    }
    assert everything(moved, alice) == everything(own, alice) == SAID
    assert Patient.objects.get(pk=kim.pk).name == "Kim Moreau"
    assert find_or_make(by=alice, record_number="30000") == twin
    assert find_or_make(by=alice, name="Kim Moreau", birth_date=BORN) == kim


def test_what_a_person_corrected_since_stays(kim, twin, alice):
    done = merge_patients(kim, twin, by=alice, theirs=["name"])
    change(kim, by=alice, name="Kim Lind", birth_date=BORN, record_number="20417")
    unmerge_patients(done, by=alice)
    assert Patient.objects.get(pk=kim.pk).name == "Kim Lind"
    assert Patient.objects.get(pk=twin.pk).name == "Kim Moreau-Adler"


def test_it_can_be_undone_for_thirty_days_and_once(kim, twin, alice):
    done = merge_patients(kim, twin, by=alice)
    with time_machine.travel("2026-12-25T10:00:00Z"), pytest.raises(Refused, match="30 days"):
        unmerge_patients(done, by=alice)
    unmerge_patients(done, by=alice)
    with pytest.raises(Refused, match="already"):
        unmerge_patients(done, by=alice)


def test_the_last_merge_is_taken_apart_first(kim, twin, alice):
    third = factories.patient("Kim Moreau", record="40000")
    first = merge_patients(kim, twin, by=alice)
    second = merge_patients(third, kim, by=alice)
    assert find_or_make(by=alice, record_number="30000") == third
    with pytest.raises(Refused, match="since"):
        unmerge_patients(first, by=alice)
    unmerge_patients(second, by=alice)
    unmerge_patients(first, by=alice)
    assert find_or_make(by=alice, record_number="30000") == twin


def test_the_second_of_two_people_is_told(kim, twin, alice):
    with pytest.raises(Stale):
        merge_patients(kim, twin, by=alice, versions=[kim.version, twin.version + 1])


acts = st.lists(
    st.tuples(
        st.sampled_from(["merge", "unmerge", "log", "join", "rename", "ask"]),
        st.integers(0, 7),
        st.integers(0, 7),
        st.booleans(),
    ),
    min_size=4,
    max_size=14,
)


class World:
    """Four records, and beside them what should be each one's when all is taken apart."""

    def __init__(self, by, partner):
        self.by, self.partner, self.count = by, partner, 0
        self.patients = [factories.patient(f"First Name{n}", born="1971-03-08") for n in range(4)]
        self.names = {patient.pk: patient.name for patient in self.patients}
        self.home, self.said = {}, {}
        for patient in self.patients:
            self.log(patient)

    def log(self, patient, earlier=None):
        made = receive(
            by=self.by,
            patient=patient,
            partner=self.partner,
            happened_on=TUESDAY,
            reason=f"Reason {self.count}",
            same_matter_as=earlier,
        )
        self.home[made.pk] = self.home[earlier.pk] if earlier else made.patient_id
        self.said[made.pk] = made.reason
        self.count += 1

    def act(self, kind, one, two, flag):
        here = self.patients[one % 4]
        rows = list(Referral.objects.filter(pk__in=self.home).order_by("pk"))
        chosen = rows[two % len(rows)]
        match kind:
            case "merge":
                merge_patients(here, self.patients[two % 4], by=self.by, theirs=["name"] if flag else [])
            case "unmerge":
                merges = list(PatientMerge.objects.standing().filter(survivor__in=self.patients))
                if merges:
                    unmerge_patients(merges[one % len(merges)], by=self.by)
            case "log":
                self.log(here)
            case "join":
                self.log(chosen.patient, earlier=chosen)
            case "ask":
                ask(chosen, by=self.by, missing=[], words=f"Asked {self.count}")
            case "rename":
                patient = Patient.objects.get(pk=here.pk)
                if patient.merged_into_id is None:
                    self.count += 1
                    name = f"Renamed Name{self.count}"
                    born, number = patient.born, patient.record_number
                    change(patient, by=self.by, name=name, birth_date=born, record_number=number)
                    self.names[patient.pk] = name

    def take_all_apart(self):
        while merges := list(PatientMerge.objects.standing().filter(survivor__in=self.patients)):
            for done in merges:
                if Patient.objects.get(pk=done.survivor_id).merged_into_id is None:
                    unmerge_patients(done, by=self.by)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=acts)
def test_however_they_were_merged_and_worked_on_taking_apart_restores_exactly(history, alice, okafor):
    world = World(alice, okafor)
    for act in history:
        try:
            world.act(*act)
        except Refused:
            continue
        for row in Referral.objects.filter(pk__in=world.home).select_related("patient"):
            assert row.reason == world.said[row.pk], "everything opens at any time"
            assert row.patient.merged_into_id is None, "nothing belongs to a hidden record"
        for patient in world.patients:
            standing = Patient.objects.get(pk=patient.pk).survivor
            assert find_or_make(by=alice, record_number=patient.record_number) == standing
    world.take_all_apart()
    assert dict(Referral.objects.filter(pk__in=world.home).values_list("pk", "patient")) == world.home
    assert {row.pk: row.name for row in Patient.objects.filter(pk__in=world.names)} == world.names
    for asked in DetailsRequest.objects.filter(referral__in=world.home):
        assert asked.words.startswith("Asked")


def side_by_side(desk, one, other, **typed):
    versions = {"left_version": one.version, "right_version": other.version}
    return desk.post(reverse("referrals:merge", args=[one.pk, other.pk]), versions | typed)


def test_on_the_page_the_record_whose_number_is_chosen_stays(desk, kim, twin, work):
    work(kim)
    response = side_by_side(desk, kim, twin, record="right", name="left", birth_date="left", phone="left")
    assert response["Location"] == reverse("referrals:same_patients")
    survivor = Patient.objects.get(pk=twin.pk)
    assert (survivor.name, survivor.record_number) == ("Kim Moreau", "30000")
    assert Referral.objects.get().patient == survivor
    page = desk.get(response["Location"]).content.decode()
    assert "Merged in the last 30 days" in page
    desk.post(reverse("referrals:unmerge", args=[PatientMerge.objects.get().pk]))
    assert Referral.objects.get().patient == kim


def test_a_page_that_is_not_the_newest_loses_no_choice(desk, kim, twin, alice):
    change(twin, by=alice, name="Kim Moreau-Lind", birth_date=BORN, record_number="30000")
    response = side_by_side(desk, kim, twin, record="left", name="right")
    form = response.context["form"]
    assert "Somebody else changed" in str(form.errors) and form["name"].value() == "right"
    typed = {name: form[name].value() for name in ("left_version", "right_version")}
    assert side_by_side(desk, kim, twin, record="left", name="right", **typed).status_code == 302


def test_look_alikes_are_suggested_until_somebody_says_they_are_two(desk, kim):
    double = factories.patient("K. Moreau", born="1971-03-08", record="30000")
    factories.patient("Max Moreau", born="1971-03-08", record="40000")
    list_of = reverse("referrals:same_patients")

    def suggested():
        return [{one.pk, other.pk} for one, other in desk.get(list_of).context["pairs"]]

    assert suggested() == [{kim.pk, double.pk}]
    address = reverse("referrals:apart", args=[kim.pk, double.pk])
    desk.post(address)
    assert suggested() == []
    desk.post(f"{address}?again")
    assert suggested() == [{kim.pk, double.pk}]


def test_the_other_record_is_found_by_number_or_by_name_and_birth(desk, kim, twin):
    at = reverse("referrals:other_record", args=[kim.pk])
    to = reverse("referrals:merge", args=[kim.pk, twin.pk])
    assert desk.post(at, {"record_number": "30000"})["Location"] == to
    assert desk.post(at, {"patient_name": "Kim Moreau-Adler", "born": "1971-03-08"})["Location"] == to
    for typed in ({}, {"record_number": "20417"}, {"record_number": "99999"}):
        response = desk.post(at, typed)
        assert "Nobody else is found" in str(response.context["form"].errors), typed


def test_the_patient_counts_once_before_and_after(work, kim, twin, alice):
    work(kim), work(twin)
    rows = Referral.objects.kept().received()
    assert rows.first_of_each_patient(TUESDAY - timedelta(days=1), TUESDAY).count() == 2
    done = merge_patients(kim, twin, by=alice)
    assert rows.first_of_each_patient(TUESDAY - timedelta(days=1), TUESDAY).count() == 1
    unmerge_patients(done, by=alice)
    assert rows.first_of_each_patient(TUESDAY - timedelta(days=1), TUESDAY).count() == 2


def test_a_matter_they_shared_while_they_were_one_is_parted(kim, twin, alice, okafor):
    """Each counts again, also the one whose referral had only come second."""
    log = {"by": alice, "happened_on": TUESDAY, "partner": okafor}
    theirs, ours = receive(patient=twin, **log), receive(patient=kim, **log)
    done = merge_patients(kim, twin, by=alice)
    join(Referral.objects.get(pk=theirs.pk), ours)
    since = receive(patient=kim, same_matter_as=ours, **log)
    assert Referral.objects.one_per_matter().count() == 1
    unmerge_patients(done, by=alice)
    stands = Referral.objects.values_list("pk", "patient", "matter")
    assert set(stands) == {
        (theirs.pk, twin.pk, theirs.pk),
        (ours.pk, kim.pk, ours.pk),
        (since.pk, kim.pk, ours.pk),
    }
