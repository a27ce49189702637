"""What closes a loop kindly: thanks for a report, the choice, a renewed consent, a story on paper."""

from datetime import timedelta

from playwright.sync_api import expect

from partners.actions import agree
from referralcrm.practice.scope import enter
from referrals.actions import add_clinician, consents, record_report, send, tell
from referrals.models import Obligation
from tests import factories


def test_a_report_is_thanked_for_and_the_choice_is_written_down(visit, clinic):
    with enter(clinic):
        okafor = factories.partner("Dr Adaeze Okafor", discipline=factories.discipline("Physiotherapy"))
        factories.partner("Dr Lena Voss", discipline=factories.discipline("Physiotherapy"))
        factories.partner("Dr Full Up", discipline=factories.discipline("Physiotherapy"), accepting="no")
        sent = send(by=clinic.alice, patient=factories.patient(), partner=okafor, happened_on=clinic.today())
        record_report(Obligation.objects.get(referral=sent), by=clinic.alice)
    alice = visit(clinic.alice)
    page = alice.go(sent.get_absolute_url())
    page.get_by_role("button", name="Confirm it, and say thanks by e-mail").click()
    expect(page.get_by_text("it names no patient", exact=False).first).to_be_visible()
    alice.check_every_look("thanks-for-a-report")
    page.get_by_role("link", name="Find others").click()
    page.get_by_label("Discipline").select_option(label="Physiotherapy")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_label("Name Dr Lena Voss to the patient").check()
    page.get_by_label("Write down why Dr Full Up cannot be").check()
    alice.check_every_look("find-for-a-referral")
    page.get_by_role("button", name="Write down what was ticked").click()
    expect(page.locator("#choice")).to_contain_text("Cannot refer because: ")
    page.get_by_role("link", name="Correct the patient’s choice").click()
    expect(page.get_by_label("Dr Lena Voss")).to_be_checked()
    alice.check_every_look("the-choice")
    page.get_by_label("The patient asked for them by themselves").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#choice")).to_contain_text("the patient’s own wish")


def test_a_consent_is_renewed_a_story_goes_on_paper_and_an_agreement_back(visit, clinic):
    with enter(clinic):
        lind = factories.partner("Dr Peter Lind", email="lind@office.example", treating_provider=True)
        moss = factories.partner("Anna Moss", treating_provider=True)
        kim = factories.referral(partner=lind, patient=factories.patient(), journey="completed")
        add_clinician(kim, by=clinic.alice, role="therapist", partner=moss)
        soon = clinic.today() + timedelta(days=3)
        consents.give(kim, by=clinic.alice, scope=["report", "story"], to="care_team", until=soon)
        story = tell(kim, by=clinic.alice, words="Somebody came in unable to lift a cup.")
        agree(lind, version=0, by=clinic.alice, report_within_days=10)
        agree(lind, version=1, by=clinic.alice, report_within_days=3, how_to_refer="By fax")
    alice = visit(clinic.alice)
    page = alice.go("/")
    expect(page.get_by_role("heading", name="Consents that end soon")).to_be_visible()
    alice.check_every_look("consents-that-end")
    page.get_by_role("link", name="Renew the consent of Kim Moreau").click()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("heading", name="Consents that end soon")).to_have_count(0)
    alice.go(f"/outreach/stories/{story.pk}/")
    page.get_by_label("How it goes to Anna Moss").select_option("post")
    page.get_by_role("button", name="Send to Anna Moss").click()
    expect(page.get_by_text("To be posted")).to_be_visible()
    alice.check_every_look("story-on-paper")
    alice.go(f"/partners/{lind.pk}/agreement/")
    page.get_by_role("button", name="Put it back").click()
    expect(page.locator("#agreement")).to_contain_text("within 10 days")
