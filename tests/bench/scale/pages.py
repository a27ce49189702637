"""The important pages of the largest practice, as its people get them: through the views and the wall.

For each page: the median of five on the clock, processor time of this process and of Postgres, the number
of queries and their time together, and the slowest of them.
"""

import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.models import Partner
from referralcrm.practice.models import Practice, User
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.models import Patient, Referral
from referrals.states import Journey
from tests.bench.cost import Cost
from tests.bench.scale.load import LARGEST

TIMES = 5
WORTH_A_PLAN = 15  # ms
BACKEND = "referralcrm.practice.backend.PersonBackend"


@dataclass(frozen=True)
class Page:
    """An address as somebody asks for it; with ``post`` it is sent."""

    name: str
    path: str
    who: str = "manager"
    post: dict = field(default_factory=dict)


def measure(only="", plans=None):
    """Every page whose name holds ``only``; plans of slow queries go to the folder ``plans``."""
    practice = Practice.objects.get(name=LARGEST)
    with enter(practice):
        pages = [page for page in _pages(practice) if only in page.name]
    people = User.objects.of(practice)
    clients = {
        "manager": _signed_in(people.filter(role=Role.MANAGER).first()),
        "clinician": _signed_in(people.filter(role=Role.CLINICIAN).first()),
        "desk": _signed_in(people.filter(role=Role.STAFF).first()),
    }
    head = f"{'page':46}{'ms':>7}{'Python':>8}{'Postgres':>9}{'SQL':>7}{'queries':>8}{'slowest':>9}{'kB':>6}"
    print(head)
    for page in pages:
        _one(practice, page, clients[page.who], plans)


def _signed_in(person):
    client = Client(SERVER_NAME="localhost")
    client.force_login(person, backend=BACKEND)
    return client


def _one(practice, page, client, plans):
    def ask():
        if page.post:
            return client.post(page.path, page.post)
        return client.get(page.path)

    with CaptureQueriesContext(connection) as queries:
        answer = ask()  # the first warms up, and its queries are counted
    if answer.status_code != 200:
        raise RuntimeError(f"{page.path} answers {answer.status_code}")
    walls, told = [], []

    def again():
        for _ in range(TIMES):
            began = time.perf_counter()
            ask()
            walls.append(time.perf_counter() - began)

    cost = Cost.of(again)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            ask()
        told.append(queries.captured_queries)
    captured = min(told, key=lambda each: sum(float(query["time"]) for query in each))
    times = [1000 * float(query["time"]) for query in captured]
    print(
        f"{page.name:46}{1000 * statistics.median(walls):7.0f}{1000 * cost.python / TIMES:8.0f}"
        f"{1000 * cost.postgres / TIMES:9.0f}{sum(times):7.0f}{len(times):8}{max(times):9.0f}"
        f"{len(answer.content) / 1000:6.0f}",
        flush=True,
    )
    if plans:
        _write_plans(practice, page, captured, Path(plans))


def _write_plans(practice, page, captured, folder):
    folder.mkdir(parents=True, exist_ok=True)
    slow = [query["sql"] for query in captured if 1000 * float(query["time"]) > WORTH_A_PLAN]
    slow = [sql for sql in slow if sql.startswith(("SELECT", "("))]
    for number, sql in enumerate(slow, 1):
        with enter(practice), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, SETTINGS) {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
        name = page.name.replace(" ", "-").replace(",", "").replace("/", "-")
        (folder / f"{name}-{number}.txt").write_text(f"{sql}\n\n{plan}\n")


def _pages(practice):
    busiest = Referral.objects.kept().values("partner").exclude(partner=None).annotate(n=Count("pk"))
    partner = Partner.objects.kept().get(pk=busiest.order_by("-n")[0]["partner"])
    in_care = Referral.objects.kept().filter(journey=Journey.IN_CARE, partner__isnull=False).first()
    patient = Patient.objects.order_by("id").first()
    clinician = User.objects.of(practice).filter(role=Role.CLINICIAN).first()
    yield from (
        Page("Today, a clinician", "/", "clinician"),
        Page("Today, the front desk", "/", "desk"),
        Page("Today, everybody", "/?for=everybody"),
        Page("Reports, ours", "/reports/"),
        Page("Reports, theirs", "/reports/?side=theirs"),
        Page("Reports, of a clinician, late", f"/reports/?clinician={clinician.pk}&when=late"),
    )
    for name, query in LISTS.items():
        query = query.format(clinician=clinician.pk, partner=partner.pk)
        yield Page(f"Referrals, {name}", f"/referrals/?{query}")
    yield Page("Referral", f"/referrals/{in_care.pk}/")
    for name, query in PARTNERS.items():
        yield Page(f"Partners, {name}", f"/partners/?{query}")
    yield from (
        Page("Partner, the busiest", f"/partners/{partner.pk}/"),
        Page("Partner, page 20 of what happened", f"/partners/{partner.pk}/?page=20"),
        Page("Partners, type-ahead", "/partners/options/?q=okaf"),
        Page("Search, a name", "/search/", post={"q": "okafor"}),
        Page("Search, an e-mail", "/search/", post={"q": "partner501@office1.example"}),
        Page("Search, a record number", "/search/", post={"q": patient.record_number}),
        Page("Find a partner, a form", "/find/"),
        Page("Find a partner, by need", "/find/", post={"what": "shoulder"}),
        Page("Questions, open", "/referrals/advice/?for=everybody"),
        Page("Questions, mine", "/referrals/advice/", "clinician"),
        Page("Questions, answered", "/referrals/advice/?for=everybody&show=answered"),
        Page("Dashboard", "/dashboard/"),
        Page("Dashboard, 36 months", "/dashboard/?months=36"),
        Page("Answers", "/dashboard/answers/"),
        Page("Dashboard, rows", "/dashboard/rows/received/"),
        Page("Tasks", "/outreach/tasks/"),
        Page("Messages, sent", "/outreach/?show=sent"),
        Page("Messages, to approve", "/outreach/"),
        Page("Likely duplicates", "/partners/likely-duplicates/"),
        Page("Trash", "/trash/"),
        Page("Trash, searched", "/trash/", post={"q": "okafor"}),
        Page("Audit", "/audit/"),
        Page("Audit, of one person", f"/audit/?actor_id={clinician.pk}"),
        Page("Audit, a rare verb", "/audit/?verb=merged"),
        Page("Health", "/health/"),
        Page("People", "/practice/people/"),
        Page("Log a referral", "/referrals/new/"),
    )


LISTS = {
    "newest": "",
    "page 1000": "page=1000",
    "the last page": "page=3900",
    "by partner": "sort=partner",
    "by report due": "sort=due",
    "by booking": "sort=booked",
    "by return to the referrer": "sort=-back",
    "not yet booked": "journey=unbooked&sort=date",
    "open": "journey=open",
    "overdue": "report=overdue",
    "reports due, by date": "report=due&sort=due",
    "sent, completed": "direction=sent&journey=completed",
    "of a clinician, open": "clinician={clinician}&journey=open",
    "of a partner": "partner={partner}",
    "who: a name": "who=okafor",
    "details missing": "paper=details",
    "urgent and open": "journey=open&urgency=urgent",
    "loop open, mature, one a matter": "loop=open&matured=1&matter=1",
    "first of each patient, a year": "first=1&from=2025-11-22&to=2026-11-22",
}
PARTNERS = {
    "all": "",
    "page 300": "page=300",
    "by last contact": "sort=contact",
    "inner circle": "circle=inner&sort=contact",
    "a name": "q=okafor",
    "a near name": "q=okaffor",
    "of nobody": "owner=null",
}
