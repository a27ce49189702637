"""A partner's page: who they are, how they like to be reached, and all that happened between us."""

from datetime import date, datetime, time
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.shortcuts import get_object_or_404, render

from outreach.actions.check_ins import CONTACT_WORDS
from outreach.models import Touchpoint
from partners.models import Affiliation, Contact, Friction, Merge, Paperwork, Partner, PartnerPlan
from partners.states import ContactRole, Ending, GoesWith
from partners.views.merges import gone_to
from referralcrm.core.choices import label_of
from referralcrm.core.templatetags.house import in_words
from referralcrm.front.partners import with_facts
from referralcrm.front.passed import recently_passed
from referralcrm.front.timeline import timeline
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.scope import current_practice
from referrals.models import AdviceRequest, Experience, Patient, Referral

FRICTIONS = 20  # the newest; older ones stand in the timeline
TOLD_AT_ONCE = 5
TOLD = JSONObject(
    **{name: name for name in ("id", "referral_id", "felt", "told_on", "words_sealed")},
    patient="referral__patient_id",
    key="referral__patient__wrapped_key",
)
HARD = JSONObject(
    **{
        name: name for name in ("id", "trouble", "told_by", "answer", "answered_on", "happened_on", "version")
    },
    owner="owner__name",
)
OPENED_BY = {
    "partners:update_friction": Permission.LOG,
    "outreach:message": Permission.VIEW,
    "outreach:touchpoint": Permission.LOG,
    "referrals:detail": Permission.VIEW,
    "referrals:advice_request": Permission.VIEW,
}


@allow(Permission.VIEW)
def partner(request, pk):
    found = with_everything(Partner.objects.kept()).filter(pk=pk).first()
    if found is None:
        return gone_to(request, get_object_or_404(Partner.objects.merged_away(), pk=pk), "partners:detail")
    practice = request.user.practice
    names = request.user.may(Permission.VIEW_PATIENTS)
    received, sent = recently_passed(found, today=practice.today(), with_names=names)
    offices = list(Affiliation.objects.kept().filter(partner=found).with_names().newest_first())
    context = {
        "partner": found,
        "sentence": sentence(found, practice.today()),
        "card": card(found),
        "offices": offices,
        "also": [row for row in offices if not row.until and row.organisation_id != found.organisation_id],
        "frictions": _days_open(found.hard, practice.today()),
        "today": practice.today(),
        "received": received,
        "sent": sent,
        "told": told_by_patients(found) if names else [],
        "stretch": timeline(found, page=_page(request), zone=practice.zone),
        "endings": Ending.choices,
        "merges": Merge.objects.undoable().filter(kind="partner", survivor=pk),
        "openable": [name for name, needed in OPENED_BY.items() if request.user.may(needed)],
    }
    return render(request, "front/partner.html", context)


def told_by_patients(partner) -> list[Experience]:
    """The newest few who told us how it was there; ``partner.told_in_all`` says how many did. No score."""
    return [_told(row) for row in partner.told]


def _told(row):
    """One experience as JSON said it, with as much of its patient as opens the words."""
    patient = Patient(pk=UUID(row["patient"]), wrapped_key=_bytes(row["key"]))
    referral = Referral(pk=UUID(row["referral_id"]), patient=patient)
    told_on = date.fromisoformat(row["told_on"])
    sealed = _bytes(row["words_sealed"])
    return Experience(
        pk=UUID(row["id"]), referral=referral, felt=row["felt"], told_on=told_on, words_sealed=sealed
    )


def _bytes(text):
    return bytes.fromhex(text.removeprefix("\\x"))


def sentence(partner, today) -> str:
    """Both directions and answers this year, and the last contact; never a comparison."""
    passed = "; ".join([_both_directions(partner), *_answers(partner)])
    return f"{passed}. {_last_contact(partner, today)}"


def _both_directions(partner):
    received, sent = partner.received or 0, partner.sent or 0
    if received and sent:
        return f"They sent {_patients(received)} this year; you sent {sent}"
    if received:
        return f"They sent {_patients(received)} this year"
    if sent:
        return f"You sent them {_patients(sent)} this year"
    return "No patient has passed between you this year so far"


def _answers(partner):
    """Value without a patient passed on: questions answered, either way."""
    if ours := partner.answered_by_us or 0:
        yield (
            "you answered one of their questions" if ours == 1 else f"you answered {ours} of their questions"
        )
    if theirs := partner.answered_by_them or 0:
        yield "they answered one of yours" if theirs == 1 else f"they answered {theirs} of yours"


def _patients(number):
    return f"{number} patient" if number == 1 else f"{number} patients"


def _last_contact(partner, today):
    if partner.last_contact is None:
        return "No contact has been written down yet."
    when = in_words(partner.last_contact, today)
    on = "on " if when[0].isdigit() and not when.endswith("ago") else ""
    return f"You were last in touch {on}{when}, {CONTACT_WORDS[partner.last_kind]}."


def _days_open(rows, today):
    """What was hard for them, those without an answer first, with days as dates and ``days`` open."""
    told = [
        row
        | {
            "happened_on": date.fromisoformat(row["happened_on"]),
            "answered_on": row["answered_on"] and date.fromisoformat(row["answered_on"]),
            "days": (today - date.fromisoformat(row["happened_on"])).days,
        }
        for row in rows
    ]
    return sorted(told, key=lambda row: row["answered_on"] is not None)


def card(partner) -> str:
    """How they are reached, in lines to paste elsewhere; empty when nothing is known."""
    ways = [
        partner.phone,
        partner.fax and f"Fax {partner.fax}",
        partner.email,
        partner.address,
        " ".join(filter(None, [partner.postcode, partner.area])),
    ]
    known = list(filter(None, ways))
    return "\n".join(filter(None, [partner.name, partner.line, *known])) if known else ""


def with_everything(partners):
    """One row with the short lists that belong to it, so that the page stays within its queries."""
    contacts = Contact.objects.kept().filter(partner=OuterRef("pk"))
    said = JSONObject(
        id="id", name="name", phone="phone", email="email", note="note", role=label_of("role", ContactRole)
    )
    hard = Friction.objects.kept().filter(partner=OuterRef("pk")).order_by("-happened_on", "-id")
    last = Touchpoint.objects.real().filter(partner=OuterRef("pk")).order_by("-happened_on", "-id")
    heard = Experience.objects.kept().filter(referral__partner=OuterRef("pk"))
    wanted = Paperwork.objects.kept().filter(partner=OuterRef("pk")).order_by("-goes_with", "place", "id")
    asked = JSONObject(what="what", goes_with=label_of("goes_with", GoesWith))
    taken = PartnerPlan.objects.filter(partner=OuterRef("pk")).order_by("plan__name")
    return (
        with_facts(partners.with_office())
        .select_related("backup", "agreement")
        .annotate(
            people=ArraySubquery(contacts.annotate(said=said).values("said")),
            hard=ArraySubquery(hard.values(said=HARD)[:FRICTIONS]),
            told=ArraySubquery(heard.order_by("-told_on", "-id").values(row=TOLD)[:TOLD_AT_ONCE]),
            told_in_all=Subquery(
                heard.order_by().values("practice").annotate(number=Count("pk")).values("number")
            ),
            paperwork_wanted=ArraySubquery(wanted.annotate(said=asked).values("said")),
            insurers=ArraySubquery(taken.values("plan__name")),
            answered_by_us=_answered(AdviceRequest.objects.received()),
            answered_by_them=_answered(AdviceRequest.objects.sent()),
            last_kind=Subquery(last.values("kind")[:1]),
        )
    )


def _answered(questions):
    """How many of these were answered this year."""
    practice = current_practice()
    new_year = datetime.combine(practice.today().replace(month=1, day=1), time(), tzinfo=practice.zone)
    mine = questions.answered().filter(partner=OuterRef("pk"), answered_at__gte=new_year)
    return Subquery(mine.order_by().values("partner").annotate(n=Count("pk")).values("n"))


def _page(request):
    """The page of the timeline asked for, from 1; what is no number is the first."""
    typed = request.GET.get("page", "")
    return min(max(int(typed), 1), 1000) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 1
