"""What the frame around every page shows."""

from dataclasses import dataclass

from django.urls import reverse

from referralcrm.practice.permissions import Permission


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool
    count: int | None = None


ENTRIES = [
    ("Today", "front:today", Permission.VIEW),
]


def shell(request):
    """The navigation this person may use; nothing for a stranger."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {}
    return {
        "nav": [_entry(request, label, name) for label, name, permission in ENTRIES if person.may(permission)]
    }


def _entry(request, label, name):
    url = reverse(name)
    current = request.path == url if url == "/" else request.path.startswith(url)
    return Entry(label, url, current)
