"""What the frame around every page shows."""

from dataclasses import dataclass

from django.conf import settings
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
    ("Partners", "partners:list", Permission.VIEW),
]


def shell(request):
    """The navigation this person may use; nothing for a stranger."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {}
    return {
        "nav": [
            _entry(request, label, name) for label, name, permission in ENTRIES if person.may(permission)
        ],
        "practice_name": person.practice.name,
        "person_name": person.name,
        "idle_ping_url": reverse("practice:stay"),
        "idle_seconds": settings.IDLE_SECONDS,
        "idle_warn": max(settings.IDLE_SECONDS - 60, settings.IDLE_SECONDS // 2),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }


def _entry(request, label, name):
    url = reverse(name)
    current = request.path == url if url == "/" else request.path.startswith(url)
    return Entry(label, url, current)
