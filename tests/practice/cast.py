"""One row of every kind that an address can name, and a world of two practices that have them."""

from copy import deepcopy
from dataclasses import dataclass
from http.cookies import SimpleCookie

from django.test import Client

from outreach.models import Cadence, Message, Rule, Task, Touchpoint
from partners.models import Affiliation, Contact, Discipline, Friction, LikelyPair, Merge, Paperwork
from referralcrm.practice.models import (
    Batch,
    ClosedDay,
    Licence,
    Location,
    Plan,
    Practice,
    SavedView,
    Service,
)
from referralcrm.practice.scope import current_practice, enter
from referralcrm.practice.states import Role
from referrals.actions import merge_patients, reports, tell
from referrals.actions.consents import give as give_consent
from referrals.models import CareTeamMember, Delivery, DetailsRequest, Obligation
from tests import factories


@dataclass
class World:
    """Two practices with a row of each kind, for all tests of a module: each takes back what it writes."""

    here: Practice
    there: Practice
    rows: dict
    their_rows: dict
    cookies: dict[Role, SimpleCookie]

    def browser(self, role):
        """A browser in which somebody of this role is signed in, here."""
        client = Client()
        client.cookies = deepcopy(self.cookies[role])
        return client


def a_world(**fields):
    """A world in a database whose rows commit; ``fields`` are of our own practice."""
    there = factories.practice("Northgate Dental")
    with enter(there):
        their_rows = one_of_each()
    here = factories.practice("Riverside Physio", **fields)
    with enter(here):
        return World(here, there, one_of_each(), their_rows, {role: _signed_in(role) for role in Role})


def _signed_in(role):
    client = Client()
    person = factories.person(f"{role.label} of Riverside", role=role)
    client.force_login(person, backend="referralcrm.practice.backend.PersonBackend")
    return client.cookies


def one_of_each():
    """The key of one row of each kind; their names begin with "Marked"."""
    today = current_practice().today()
    organisation = factories.organisation("Marked Surgery")
    partner = factories.partner("Marked Partner", organisation=organisation)
    referral = factories.referral(
        partner=partner, patient=factories.patient("Marked Patient"), reason="Marked reason"
    )
    rule, person = Rule.objects.first(), factories.person("Marked Person")
    merged = factories.partner("Marked double", merged_into=partner)
    double = factories.partner("Marked Partner", email="")
    first, second = sorted([partner.pk, double.pk])
    signed = factories.signed(referral, by=person)
    rows = {
        "advice": factories.advice("Marked question", partner=partner),
        "our_question": factories.advice("Marked question of ours", partner=partner, direction="sent"),
        "affiliation": Affiliation.objects.create(partner=partner, organisation=organisation),
        "attachment": factories.attachment(referral),
        "batch": Batch.objects.create(slug="partners", by=person, what="Marked change", number=0),
        "batch_of_referrals": Batch.objects.create(
            slug="referrals", by=person, what="Marked change", number=0
        ),
        "cadence": Cadence.objects.first(),
        "clinician": CareTeamMember.objects.create(referral=referral, role="surgeon", partner=partner),
        "consent": give_consent(referral, by=person, scope=["report"], to="other_side", words="Marked words"),
        "closed_day": ClosedDay.objects.create(on=today, why="Marked day"),
        "contact": Contact.objects.create(partner=partner, name="Marked Contact"),
        "delivery": Delivery.objects.create(report=signed, partner=partner, channel="fax"),
        "details_request": DetailsRequest.objects.create(
            referral=referral, missing=["phone"], asked_on=today
        ),
        "double": double,
        "double_office": factories.organisation("Marked Clinic"),
        "discipline": Discipline.objects.create(name="Marked discipline"),
        "export": factories.export(by=person),
        "import": factories.uploaded(),
        "friction": Friction.objects.create(partner=partner, trouble="Marked friction", happened_on=today),
        "licence": Licence.objects.create(person=person, name="Marked licence", place="Marked place"),
        "location": Location.objects.create(name="Marked location"),
        "likely_pair": LikelyPair.objects.create(
            kind="partner", first=first, second=second, reasons=["name"], nearness=1
        ),
        "merge": Merge.objects.create(
            kind="partner", survivor=partner.pk, merged=merged.pk, merged_name=merged.name
        ),
        "message": Message.objects.create(rule=rule, partner=partner, due_at=current_practice().now()),
        "obligation": Obligation.objects.create(referral=referral, side="us"),
        "organisation": organisation,
        "outcome_file": factories.outcomes(by=person),
        "paperwork": Paperwork.objects.create(partner=partner, what="Marked paperwork", goes_with="both"),
        "partner": partner,
        "patient": referral.patient,
        "person": person,
        "plan": Plan.objects.create(name="Marked plan"),
        "referral": referral,
        "report": reports.start(referral, kind="initial", by=person),
        "rule": rule,
        "signed_report": signed,
        "saved_view": SavedView.objects.create(
            slug="partners", name="Marked view", owner=person, is_shared=True, query="circle=inner"
        ),
        "service": Service.objects.create(name="Marked service"),
        "story": tell(referral, by=person, words="Back at work"),
        "task": Task.objects.create(title="Marked task", partner=partner, due_on=today),
        "touchpoint": Touchpoint.objects.create(partner=partner, happened_on=today),
    }
    sent, told, flag = factories.afterwards(partner)
    their_report = Obligation.objects.create(referral=sent, side="them")
    rows |= {"experience": told, "quality_flag": flag, "sent_referral": sent, "their_report": their_report}
    rows["unread"] = factories.referral(patient=factories.nobody(), partner=partner, to_finish=True)
    twice = [factories.patient("Marked Twice", record=number) for number in ("M1", "M2")]
    rows["patient_merge"] = merge_patients(*twice, by=None)
    rows["article"] = factories.article("Marked article", by=person)
    rows["report_file"] = reports.enclose_article(rows["report"], by=person, article=rows["article"])
    rows["other_patient"] = factories.patient("Marked Other")
    return {kind: row.pk for kind, row in rows.items()}
