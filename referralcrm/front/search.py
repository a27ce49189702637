"""One box for partners, organisations and, by the two keys that find one, a patient."""

import re
from dataclasses import dataclass
from datetime import date

from django.db.models import Value
from django.shortcuts import render
from django.urls import reverse

from partners.models import Organisation, Partner
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.scope import current_practice
from referrals.models import Patient, Referral

SHOWN = 10
BORN = re.compile(r"(?P<name>.*?)[\s,]+(?P<born>\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{4})\s*$")


@dataclass(frozen=True)
class Hit:
    """A patient as the reader may see them, with their newest referrals."""

    label: str
    referrals: list


@allow(Permission.VIEW, methods="GET POST")
def search(request):
    """Sent by POST: what is typed may be a patient's name, and addresses are kept in many places."""
    text = request.POST.get("q", "").replace("\0", " ").strip()[:200]
    context = {"q": text}
    if text:
        context |= {
            "partners": _called(Partner.objects.kept().with_office(), text),
            "organisations": _called(Organisation.objects.kept(), text),
            "merged": _merged(text),
            "patients": _hits(text, with_names=request.user.may(Permission.VIEW_PATIENTS)),
        }
        context["is_empty"] = not any(found for name, found in context.items() if name != "q")
    return render(request, "front/search.html", context)


def _called(rows, text):
    """The first that fit by name, or by an e-mail typed whole."""
    return rows.with_email(text)[:SHOWN] if "@" in text else rows.matching(text)[:SHOWN]


def _merged(text):
    """Old names that fit, as (name, page of the one it was merged with, its name), in one query."""
    pages = {Partner: "partners:detail", Organisation: "partners:organisation"}
    partners, organisations = (
        _called(model.objects.merged_away(), text).values_list(
            "name", Value(page), "merged_into", "merged_into__name"
        )
        for model, page in pages.items()
    )
    found = partners.union(organisations, all=True)
    return [(name, reverse(page, args=[key]), now) for name, page, key, now in found]


def named_and_born(text: str) -> tuple[str, date] | None:
    """ "Moreau 1971-03-08", "Kim Moreau 8.3.1971" and "Moreau, 8/3/1971" are a name and a date of birth.

    None for anything else; with dots and slashes the day comes first.
    """
    typed = BORN.match(text)
    if not typed or not typed["name"]:
        return None
    parts = [int(part) for part in re.split(r"[-./]", typed["born"])]
    year, month, day = parts if "-" in typed["born"] else reversed(parts)
    try:
        return typed["name"], date(year, month, day)
    except ValueError:
        return None


def _hits(text, *, with_names):
    """Those found by record number exactly, or by family name with date of birth; never by name alone."""
    patients = _patients(text)
    referrals = Referral.objects.filter(patient__in=patients, deleted_at=None).select_related(
        "partner", "service", "discipline"
    )
    newest = list(referrals.order_by("-happened_on", "-id")[:SHOWN]) if patients else []
    return [
        Hit(patient.label(with_name=with_names), [row for row in newest if row.patient_id == patient.pk])
        for patient in patients
    ]


def _patients(text):
    practice = current_practice()
    found = Patient.objects.with_record_number(practice, text)
    if known := named_and_born(text):
        found = found | Patient.objects.with_person(practice, *known)
    found = found.select_related("merged_into").order_by("id")[:SHOWN]
    return list(dict.fromkeys(patient.survivor for patient in found))
