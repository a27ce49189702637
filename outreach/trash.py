"""What people can delete here, and bring back."""

from django.db.models import Value
from django.db.models.functions import Concat, Left
from django.urls import reverse

from outreach.actions import touchpoints
from outreach.models import Touchpoint
from outreach.states import TouchpointKind
from referralcrm.core.choices import label_of
from referralcrm.practice.permissions import Permission
from referralcrm.practice.trash import Kind, keep

keep(
    Kind(
        slug="touchpoints",
        one="contact with a partner",
        many="Contacts with partners",
        model=Touchpoint,
        permission=Permission.LOG,
        restore=touchpoints.restore,
        page=lambda touchpoint: reverse("partners:detail", args=[touchpoint.partner_id]),
        opened_by=("outreach:touchpoint",),
        called=Concat(label_of("kind", TouchpointKind), Value(" with "), "partner__name"),
        about=Left("note", 120),
    )
)
