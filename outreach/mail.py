"""Renders message templates; sends nothing."""

from django.template.loader import get_template


def default_text(kind) -> tuple[str, str]:
    """The subject and body a new practice's rule of this kind starts with."""
    return _source(kind, "subject").strip(), _source(kind, "txt")


def _source(kind, part):
    return get_template(f"outreach/mail/{kind}.{part}").template.source
