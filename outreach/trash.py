"""What people can delete here, and bring back."""

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Concat, Left
from django.urls import reverse

from outreach.actions import tasks, touchpoints
from outreach.models import Task, Touchpoint
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
keep(
    Kind(
        slug="tasks",
        one="task",
        many="Tasks",
        model=Task,
        permission=Permission.LOG,
        restore=tasks.restore,
        page=lambda task: reverse("outreach:task", args=[task.pk]),
        opened_by=("outreach:task",),
        called=F("title"),
        about=Coalesce("partner__name", Value("")),
    )
)
