"""What the frame around every page shows."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from referralcrm.front.rail import numbers
from referralcrm.practice.permissions import Permission
from referralcrm.practice.places import chosen_place, settle


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    label: str
    url: str
    current: bool
    count: int | None = None
    key: str = ""  # pressed alone, it opens the page


ENTRIES = [
    ("Today", "front:today", Permission.VIEW),
    ("Referrals", "referrals:list", Permission.VIEW),
    ("Reports", "front:reports", Permission.VIEW),
    ("Partners", "partners:list", Permission.VIEW),
    ("Advice", "referrals:advice", Permission.VIEW),
    ("Outreach", "outreach:messages", Permission.VIEW),
    ("Find", "front:find", Permission.VIEW),
    ("Dashboard", "dashboards:manager", Permission.VIEW_DASHBOARD),
]
FOOT = [
    ("Audit log", "audit:list", Permission.VIEW_AUDIT),
    ("Settings", "practice:settings", Permission.VIEW),
]
COUNTS = {  # which of the rail's numbers
    "front:today": "today",
    "referrals:advice": "questions",
    "outreach:messages": "outreach",
}
KEYS = {"front:find": "f"}


class Frame:
    """Navigation, health line and alarms for one request; asks the database only when one is shown."""

    def __init__(self, request):
        self.request = request
        self.person = request.user

    @cached_property
    def numbers(self):
        """Counted once a request: a page that shows some of them has asked already."""
        return getattr(self.request, "numbers", None) or numbers(self.person, chosen_place(self.request))

    @property
    def places(self):
        """They come with the numbers."""
        return settle(self.request, self.numbers.places)

    def entries(self, table):
        shown = [(label, name) for label, name, permission in table if self.person.may(permission)]
        here = self._here([reverse(name) for _, name in shown])
        return [self._entry(label, name, here) for label, name in shown]

    def _here(self, urls):
        """The nearest of these addresses that the page stands below; "/" only for itself."""
        path = self.request.path
        return max(
            (url for url in urls if path == url or (url != "/" and path.startswith(url))),
            key=len,
            default=None,
        )

    def _entry(self, label, name, here):
        url = reverse(name)
        number = getattr(self.numbers, COUNTS[name]) if name in COUNTS else None
        return Entry(label, url, url == here, number, KEYS.get(name, ""))

    def health(self):
        if not self.person.may(Permission.VIEW_HEALTH):
            return None
        return {
            "ok": not self.numbers.trouble,
            "text": self.numbers.in_words,
            "url": reverse("front:health"),
        }

    def alarms(self):
        return self.numbers.alarms if self.person.may(Permission.MANAGE_PRACTICE) else []


def shell(request):
    """The frame for this person; nothing for a stranger."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {}
    frame = Frame(request)
    return {
        "nav": SimpleLazyObject(lambda: frame.entries(ENTRIES)),
        "nav_log_url": reverse("referrals:create") if person.may(Permission.LOG) else None,
        "nav_foot": SimpleLazyObject(lambda: frame.entries(FOOT)),
        "places": SimpleLazyObject(lambda: frame.places),
        "health": SimpleLazyObject(frame.health),
        "alarms": SimpleLazyObject(frame.alarms),
        "can": {permission.name: person.may(permission) for permission in Permission},
        "demo_strip_url": _way_out_of_the_demo(person),
        "practice_name": person.practice.name,
        "person_name": person.name,
        "idle_ping_url": reverse("practice:stay"),
        "idle_seconds": settings.IDLE_SECONDS,
        "idle_warn": max(settings.IDLE_SECONDS - 60, settings.IDLE_SECONDS // 2),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }


def _way_out_of_the_demo(person):
    may = person.practice.is_demo and person.may(Permission.MANAGE_PRACTICE)
    return reverse("demo:start") if may else ""
