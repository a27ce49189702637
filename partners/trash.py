"""What people can delete here, and bring back."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse

from partners import actions
from partners.actions import friction
from partners.models import Affiliation, Contact, Friction, Organisation, Paperwork, Partner
from referralcrm.practice.permissions import Permission
from referralcrm.practice.trash import Kind, keep


def _page_of_partner(row):
    return reverse("partners:detail", args=[row.partner_id])


def _moved_over(before, after):
    if before.circle == after.circle:
        return ""
    return (
        f"The {before.get_circle_display()} is full, so they came back to the {after.get_circle_display()}."
    )


def _has_a_double(before, after):
    same = Organisation.objects.kept().filter(name__iexact=after.name).exclude(pk=after.pk)
    return "There is another of the same name now: look whether they are one." if same.exists() else ""


keep(
    Kind(
        slug="partners",
        one="partner",
        many="Partners",
        model=Partner,
        permission=Permission.EDIT_PARTNERS,
        restore=actions.restore,
        page=lambda partner: reverse("partners:detail", args=[partner.pk]),
        opened_by=("partners:detail", "partners:update", "partners:end"),
        called=F("name"),
        about=Coalesce("discipline__name", Value("")),
        told=_moved_over,
    )
)
keep(
    Kind(
        slug="organisations",
        one="organisation",
        many="Organisations",
        model=Organisation,
        permission=Permission.EDIT_PARTNERS,
        restore=actions.restore_organisation,
        page=lambda organisation: reverse("partners:organisation", args=[organisation.pk]),
        opened_by=("partners:organisation", "partners:update_organisation"),
        called=F("name"),
        about=F("area"),
        told=_has_a_double,
    )
)
keep(
    Kind(
        slug="contacts",
        one="person at an office",
        many="People at an office",
        model=Contact,
        permission=Permission.EDIT_PARTNERS,
        restore=actions.restore_contact,
        page=_page_of_partner,
        opened_by=("partners:update_contact",),
        called=F("name"),
        about=Concat(Value("at "), "partner__name"),
    )
)
keep(
    Kind(
        slug="offices",
        one="office of a partner",
        many="Offices of a partner",
        model=Affiliation,
        permission=Permission.EDIT_PARTNERS,
        restore=actions.restore_affiliation,
        page=_page_of_partner,
        opened_by=("partners:update_affiliation",),
        called=F("organisation__name"),
        about=Concat(Value("of "), "partner__name"),
    )
)
keep(
    Kind(
        slug="frictions",
        one="thing that was hard for a partner",
        many="What was hard for partners",
        model=Friction,
        permission=Permission.LOG,
        restore=friction.restore,
        page=_page_of_partner,
        opened_by=("partners:update_friction", "partners:answer_friction"),
        called=F("trouble"),
        about=Concat(Value("for "), "partner__name"),
    )
)
keep(
    Kind(
        slug="paperwork",
        one="line of a checklist",
        many="Lines of checklists",
        model=Paperwork,
        permission=Permission.EDIT_PARTNERS,
        restore=actions.restore_paperwork,
        page=lambda line: reverse("partners:paperwork", args=[line.partner_id]),
        opened_by=("partners:update_paperwork",),
        called=F("what"),
        about=Concat(Value("for "), "partner__name"),
    )
)
