"""What a partner wants with a referral: written down in order, moved, taken off and merged."""

import pytest
from django.urls import reverse

from partners import actions
from partners.models import Paperwork
from referralcrm.core.refused import Refused, Stale
from referralcrm.practice import trash
from tests import factories
from tests.partners.merging import merge, take_apart


@pytest.fixture
def okafor(riverside):
    return factories.partner()


def write_down(partner, *words, by, goes_with="referral"):
    return [actions.add_paperwork(partner, by=by, what=what, goes_with=goes_with) for what in words]


def listed(partner):
    return [line.what for line in Paperwork.objects.kept().filter(partner=partner)]


def test_lines_stand_in_the_order_they_were_written(okafor, alice):
    write_down(okafor, "X-ray on CD", "Form B", "Consent", by=alice)
    assert listed(okafor) == ["X-ray on CD", "Form B", "Consent"]


@pytest.mark.parametrize(
    "number, up, after",
    [(1, True, "BAC"), (1, False, "ACB"), (0, True, "ABC"), (2, False, "ABC"), (0, False, "BAC")],
)
def test_a_line_moves_one_place_and_never_off_the_list(okafor, alice, number, up, after):
    lines = write_down(okafor, "A", "B", "C", by=alice)
    actions.move_paperwork(lines[number], by=alice, up=up)
    assert "".join(listed(okafor)) == after


def test_what_stands_there_already_is_refused_in_any_spelling(okafor, alice):
    [line, other] = write_down(okafor, "Form B", "X-ray", by=alice)
    with pytest.raises(Refused, match="already"):
        write_down(okafor, "form b", by=alice)
    with pytest.raises(Refused, match="already"):
        actions.change_paperwork(other, by=alice, version=1, what="FORM B", goes_with="both")
    actions.change_paperwork(line, by=alice, version=1, what="Form B, signed", goes_with="both")
    with pytest.raises(Stale):
        actions.change_paperwork(line, by=alice, version=1, what="Form C", goes_with="both")


def test_the_list_stays_one_page(okafor, alice):
    write_down(okafor, *[f"Form {number}" for number in range(30)], by=alice)
    with pytest.raises(Refused, match="30 lines"):
        write_down(okafor, "One more", by=alice)


def test_it_is_written_on_the_page_and_stands_on_the_partners(okafor, alice, as_person):
    desk, address = as_person(alice), reverse("partners:paperwork", args=[okafor.pk])
    assert "Nothing yet" in desk.get(address).content.decode()
    desk.post(address, {"what": "X-ray on CD", "goes_with": "referral"})
    desk.post(address, {"what": "Insurance form B", "goes_with": "both"})
    assert desk.post(address, {"what": "", "goes_with": "both"}).status_code == 200
    page = desk.get(reverse("partners:detail", args=[okafor.pk])).content.decode()
    assert "With a patient we send them" in page and "X-ray on CD" in page and "With both" in page


def test_a_line_is_taken_off_and_comes_back_to_its_place(okafor, alice, as_person):
    lines = write_down(okafor, "A", "B", "C", by=alice)
    desk = as_person(alice)
    desk.post(reverse("partners:delete_paperwork", args=[lines[1].pk]))
    assert listed(okafor) == ["A", "C"]
    desk.post(trash.undo(lines[1]))
    assert listed(okafor) == ["A", "B", "C"]


def test_it_follows_a_merge_and_what_both_want_stands_once(okafor, alice):
    double = factories.partner("A. Okafor")
    write_down(okafor, "X-ray on CD", "Form B", by=alice)
    write_down(double, "x-ray on CD", "Consent", by=alice)
    done = merge(okafor, double, by=alice)
    assert sorted(listed(okafor)) == ["Consent", "Form B", "X-ray on CD"]
    take_apart(done, by=alice)
    assert listed(okafor) == ["X-ray on CD", "Form B"] and listed(double) == ["x-ray on CD", "Consent"]
