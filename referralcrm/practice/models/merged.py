"""Rows that were merged with another of their kind: hidden behind it, and found through it."""

from django.db import models
from django.db.models import Q


def link_to_survivor():
    """The row that this one was merged into. No index and no constraint of its own: see ``merged_index``."""
    return models.ForeignKey(
        "self",
        null=True,
        editable=False,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
    )


def merged_index(name):
    """Who was merged into a row. Of a few rows only: an index of all nulls would tempt the planner."""
    return models.Index(fields=["merged_into"], name=name, condition=Q(merged_into__isnull=False))
