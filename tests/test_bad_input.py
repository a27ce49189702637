"""Everything a person can type, into every form and every address: never a 500, never lost typing.

The forms are found by themselves: each view that answers POST is opened, and its form says which
fields there are. A view that takes a POST and shows no form of its own is listed in ``BUTTONS``
with the names it reads; a new one is red until it is. ``VALID`` holds what a form needs beyond
what its fields can tell.
"""

import re
from copy import deepcopy
from datetime import timedelta
from functools import cache
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from django import forms
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.utils.html import escape

from partners.forms import ManyForm
from referralcrm.core.file_names import HAS_PATH
from referralcrm.front.what_next import SoFarForm
from referralcrm.practice.models import PracticeOwned
from referralcrm.practice.permissions import GRANTS
from referralcrm.practice.scope import current_practice, enter
from referralcrm.practice.states import Role
from referrals.forms import (
    BackForm,
    CallForm,
    LaterForm,
    LogForm,
    ReportForm,
    StepForm,
    TickForm,
    ToldForm,
    VisitsForm,
)
from referrals.forms.grid import HeadForm
from referrals.forms.many import ManyForm as ManyReferralsForm
from tests import factories
from tests.core.test_file_names import send_raw
from tests.practice.cast import a_world
from tests.practice.test_permit import PUBLIC, URLS, VIEWS

TEXTS = {
    "nul": "before\x00after",
    "emoji": "👩‍⚕️🏥🇮🇪",
    "right to left": "مرحبا שלום",
    "combining": "Zo\u0308e\u0301 Z\u0351\u036b\u0343",
    "bidi override": "abc\u202edef\u2066x",
    "the word null": "Null",
    "apostrophe": "O'Brien",
    "html": "<script>alert(1)</script><b onmouseover=x>",
    "template": "{{ request.user.password }}{% debug %}",
    "sql": "'; DROP TABLE practice_user; --",
    "header": "a\r\nBcc: everybody@elsewhere.example",
    "percent": "%s %(name)s %00 {0} ${HOME}",
    "blank": " \t ",
}
FEW = [TEXTS[kind] for kind in ("nul", "html", "sql", "header", "emoji")]
MEGABYTE = "é" * 500_000
DAYS = [
    "1899-12-31",
    "9999-12-31",
    "0000-00-00",
    "2026-02-30",
    "26-1-1",
    "tomorrow",
    "\x00",
    "<b>",
    "1" * 5000,
]
NUMBERS = ["-1", "99999999999999999999", "1e999", "NaN", "1,5", "\x00", "9" * 5000]
NONSENSE = ["nonsense", "", "\x00", "<b>", "-1", "00000000-0000-0000-0000-000000000000", "x" * 10_000]
EXTRA = {"is_staff": "1", "is_superuser": "1", "is_active": "0", "is_demo": "1", "deleted_at": "2026-01-01"}

# what a form needs beyond what its fields can tell
PASSWORD = "a boat below the old bridge"
VALID = {
    "demo:start": {"email": "dora@hilltop.example", "password": PASSWORD},
    "practice:password": {"current": factories.PASSWORD, "new": PASSWORD},
    "practice:person": {"role": "staff"},
    "practice:sign_in": {"email": "nobody@clinic.example", "password": PASSWORD},
}
# addresses that take a POST and show no form of their own, or several, with the names they read
BUTTONS = {
    "exchange:carry_out": [],
    "exchange:choose": ["choice", "line", "which"],
    **dict.fromkeys(["exchange:discard", "exchange:rematch", "exchange:start", "exchange:undo"], []),
    "exchange:header": ["has_header"],
    "exchange:tab": ["tab"],
    "front:search": ["q"],
    "front:what_next": [*SoFarForm.base_fields],
    "outreach:decide": ["version", "next"],
    "outreach:put_back": ["version", "next"],
    "outreach:thank_for_report": ["version"],
    "outreach:take_thanks_back": [],
    "outreach:rule_preview": ["body"],
    "outreach:delete_story": [],
    "outreach:story": ["version", "partner", "way"],
    "outreach:delete_task": ["next"],
    "outreach:delete_touchpoint": ["version", "next"],
    "outreach:restore_touchpoint": ["version", "next"],
    "outreach:task": ["verb", "version", "note", "contact", "until", "because", "owner"],  # several forms
    "outreach:undo_task": ["version", "next"],
    **dict.fromkeys(
        [
            "partners:delete",
            "practice:delete_licence",
            "partners:delete_affiliation",
            "partners:delete_contact",
            "partners:delete_friction",
            "partners:delete_organisation",
            "partners:delete_paperwork",
            "partners:move_paperwork",
            "partners:reopen_friction",
            "partners:finish_next_step",
            "partners:opt_in",
            "partners:opt_out",
            "partners:resume",
            "partners:undo_next_step",
            "partners:unmerge",
            "partners:undo_many",
            "partners:ask_again",
            "partners:dismiss_pair",
            "partners:look_again",
        ],
        ["version", "next"],
    ),
    "partners:change_many": [*ManyForm.base_fields, "then", "seen"],  # its form needs somebody chosen
    "portal:code": ["link", "code"],
    "portal:door": ["link"],  # whatever is typed is answered alike; tests/portal
    "portal:confirm": [],
    "portal:leave": [],
    "practice:delete_view": ["version"],
    "practice:make_usual": ["key"],
    "practice:overwrite_view": ["version"],
    "practice:reactivate": [],
    "practice:restore": [],
    "practice:retire": [],
    "practice:set_password": [],  # shown only with a link in the session; tests/practice/test_people.py
    "practice:sign_in_link": [],
    "practice:sign_out": [],
    "practice:switch_location": ["location", "next"],
    "print:thanks_card": ["fold", "words"],
    "partners:treating": ["next"],
    "partners:put_agreement_back": [],
    **dict.fromkeys(
        ["referrals:amend_report", "referrals:discard_report", "referrals:take_out"]
        + ["referrals:retire_article", "referrals:restore_article"],
        [],
    ),
    **dict.fromkeys(
        ["referrals:finalise_report", "referrals:keep_report", "referrals:preview_report"],
        ["version", "rows", "text_found", "leave_goals", "cover", "m0_name", "m0_now", "m0_now_on"],
    ),
    "referrals:delivery": ["act"],
    "referrals:send_report": ["partner", "channel"],  # a form for each recipient; tests/referrals
    "referrals:delete": [],
    "referrals:name_partners": ["offered", "cannot"],
    "referrals:unname": [],
    "referrals:advice_letter_left": [],
    **dict.fromkeys(
        ["referrals:delete_advice", "referrals:reopen_advice", "referrals:withdraw_advice"], ["version"]
    ),
    "referrals:reinstate_consent": ["version"],
    "referrals:remove_clinician": [],
    "referrals:say_none": [],
    "referrals:withdraw_consent": ["version"],
    "referrals:apart": [],
    "referrals:delete_attachment": [],
    "referrals:unmerge": [],
    "referrals:details": ["act", "version", "next"],
    "referrals:call": [*CallForm.base_fields, "next"],
    "referrals:told_them": [*ToldForm.base_fields, "next"],
    "referrals:back_on": [*BackForm.base_fields, "next"],
    "referrals:visits": [*VisitsForm.base_fields, "next"],
    "referrals:later": [*LaterForm.base_fields, "next"],
    "referrals:change_many": [*ManyReferralsForm.base_fields, "then", "seen"],
    "referrals:undo_many": ["next"],
    "referrals:log_many_row": ["row", "left", *HeadForm.base_fields],
    "referrals:look": [*LogForm.base_fields],
    "referrals:move": [*StepForm.base_fields, "next"],
    "referrals:phone": [],
    "referrals:undo": ["version"],
    "referrals:report": [*ReportForm.base_fields, "next"],
    **dict.fromkeys(
        ["referrals:delete_experience", "referrals:delete_flag", "referrals:reopen_flag"], ["version", "next"]
    ),
    "referrals:tick": [*TickForm.base_fields, "next"],
    "referrals:shape": [*LogForm.base_fields],
    "trash:index": ["q", "kind"],
    "trash:restore": ["next"],
}

KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FORM = "application/x-www-form-urlencoded"  # what a browser sends
POSTED = sorted(name for name, view in VIEWS.items() if "POST" in view.methods)
SHOWN = [name for name in POSTED if "GET" in VIEWS[name].methods and name not in BUTTONS]
CALM = (200, 204, 302, 400, 404, 409, 410, 503)  # 503: /healthz where no worker runs
READ = sorted(name for name, view in VIEWS.items() if "GET" in view.methods)


@pytest.fixture(scope="module")
def world(committed_module):
    return a_world(is_demo=True)


@pytest.fixture(autouse=True)
def taken_back(world):
    """Each test is inside the practice, and whatever it writes is gone afterwards."""
    with enter(world.here):
        yield
        transaction.set_rollback(True)


@pytest.fixture
def rows(world):
    return world.rows


@pytest.fixture
def browser(world):
    """``browser(name)`` is signed in as somebody who may open it."""
    signed_in = cache(world.browser)

    def open_for(name):
        permission = URLS[name].permission
        if permission is PUBLIC:
            return Client()
        role = next(role for role in [Role.MANAGER, *Role] if permission in GRANTS[role])
        return signed_in(role)

    return open_for


@pytest.fixture
def post(browser, rows):
    """``post(name, data)``: the answer, and what it wrote as ``look`` saw it, all taken back again."""

    def send(name, data, look=lambda: None):
        client = browser(name)
        cookies = deepcopy(client.cookies)
        with transaction.atomic():
            response = client.post(
                URLS[name].address(name, rows), urlencode(data, doseq=True), content_type=FORM
            )
            seen = look()
            transaction.set_rollback(True)
        client.cookies = cookies
        return response, seen

    return send


@pytest.fixture
def form_of(browser, rows):
    """The form on a page as it is opened."""

    def find(name):
        response = browser(name).get(URLS[name].address(name, rows))
        return first_form(response)

    return find


def first_form(response):
    for layer in response.context or []:
        for value in layer.flatten().values() if hasattr(layer, "flatten") else dict(layer).values():
            if isinstance(value, forms.BaseForm) and not getattr(value, "is_filter", False):
                return value
    return None


def valid(name, form):
    """A submission that the form should take."""
    data = {field: _typed(form, field) for field in form.fields}
    return {field: value for field, value in (data | VALID.get(name, {})).items() if value is not None}


def _typed(form, name):
    field, initial = form.fields[name], form[name].value()
    if field.disabled:
        return None
    if initial not in (None, "", []):
        return [str(item) for item in initial] if isinstance(initial, list | tuple) else _plain(initial)
    match field:
        case forms.ModelChoiceField():
            first = field.queryset.first()
            return str(first.pk) if first and field.required else None
        case forms.ChoiceField():
            return next((str(key) for key, _ in field.choices if key), None) if field.required else None
    return _required(field) if field.required else None


def _required(field):
    match field:
        case forms.EmailField():
            return "somebody@office.example"
        case forms.DateField():
            return str(current_practice().today() + timedelta(days=1))
        case forms.TimeField():
            return "09:00"
        case forms.IntegerField():
            return "30"
        case forms.BooleanField():
            return "on"
    return "Something"


def _plain(value):
    if isinstance(value, bool):
        return "on" if value else None
    return value.strftime("%H:%M") if hasattr(value, "strftime") and hasattr(value, "minute") else str(value)


def plain_texts(form):
    """Fields for any text: neither formatted, nor chosen, nor secret."""
    return [
        name
        for name, field in form.fields.items()
        if type(field) is forms.CharField
        and not field.disabled
        and not isinstance(field.widget, forms.HiddenInput | forms.PasswordInput)
    ]


def of_type(form, *types):
    return [name for name, field in form.fields.items() if isinstance(field, types) and not field.disabled]


def assert_kept(response, typed):
    """The form is there again, with an error said and every text still in its field."""
    form = first_form(response)
    assert form is not None
    body = response.content.decode()
    for name, value in typed.items():
        assert form[name].value() == value, f"{name} lost its typing"
        assert escape(value.replace("\r\n", "\n")) in body.replace("\r\n", "\n"), f"{name} is not shown again"


def stored(form, names):
    """The newest values of these fields in the table behind a form; none for what is sealed."""
    model = getattr(getattr(form, "_meta", None), "model", None)
    if model is None:
        return {}
    columns = [
        name
        for name in names
        if name in {field.name for field in model._meta.concrete_fields}
        and isinstance(model._meta.get_field(name), models.CharField | models.TextField)
    ]
    if not columns:
        return {}
    found = model.objects.filter(pk=form.instance.pk) if not form.instance._state.adding else model.objects
    return found.order_by("-pk").values(*columns).first() or {}


@pytest.mark.parametrize("name", sorted(set(POSTED) - set(SHOWN)))
def test_an_address_without_a_form_is_listed(name):
    assert name in BUTTONS


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_that_takes_a_post_shows_a_form(name, form_of):
    assert form_of(name) is not None, "list it in BUTTONS, with the names it reads"


@pytest.mark.parametrize("name", SHOWN)
def test_any_text_is_kept_beside_its_error_or_stored_exactly(name, form_of, post):
    form = form_of(name)
    fields = plain_texts(form) if form else []
    for kind, text in TEXTS.items() if fields else []:
        typed = dict.fromkeys(fields, text)
        response, now = post(name, valid(name, form) | typed, look=lambda: stored(form, fields))
        assert response.status_code in (200, 302), (kind, response.status_code)
        assert TEXTS["html"] not in response.content.decode(), "not escaped"
        if response.status_code == 200:
            assert_kept(response, typed)
        else:
            assert [value for value in now.values() if value.strip() != text.strip()] == [], kind


@pytest.mark.parametrize("name", SHOWN)
def test_a_megabyte_is_kept_beside_its_error_or_stored(name, form_of, post):
    form = form_of(name)
    fields = plain_texts(form)[-1:] if form else []
    if fields:
        typed = {fields[0]: MEGABYTE}
        response, now = post(name, valid(name, form) | typed, look=lambda: stored(form, fields))
        if response.status_code == 200:
            assert_kept(response, typed)
        else:
            assert (response.status_code, set(now.values()) - {MEGABYTE}) == (302, set())


@pytest.mark.parametrize("name", SHOWN)
def test_formatted_fields_explain_what_they_cannot_take(name, form_of, post, browser, rows):
    form = form_of(name)
    if form is None:
        return
    base = valid(name, form)
    other_texts = [field for field in of_type(form, forms.CharField) if field not in plain_texts(form)]
    for fields, values in [
        (of_type(form, forms.DateField), DAYS),
        (of_type(form, forms.IntegerField, forms.DecimalField, forms.FloatField, forms.TimeField), NUMBERS),
        (of_type(form, forms.ChoiceField, forms.BooleanField, forms.ModelChoiceField), NONSENSE),
        (other_texts, FEW),
        (list(form.fields), NONSENSE),
    ]:
        for value in values if fields else []:
            response, _ = post(name, base | dict.fromkeys(fields, value))
            assert response.status_code in (200, 302, 404, 409), (fields, value[:40], response.status_code)
    for field in of_type(form, forms.FileField):
        response = send_raw(browser(name), URLS[name].address(name, rows), "../../etc/passwd")
        assert HAS_PATH in str(first_form(response).errors[field])


@pytest.mark.parametrize("name", SHOWN)
def test_days_that_cannot_be_are_kept_as_typed(name, form_of, post):
    form = form_of(name)
    fields = of_type(form, forms.DateField) if form else []
    for value in ["1899-12-31", "2026-02-30", "tomorrow"] if fields else []:
        response, _ = post(name, valid(name, form) | dict.fromkeys(fields, value))
        assert response.status_code == 200
        assert_kept(response, dict.fromkeys(fields, value))


@pytest.mark.parametrize("name", SHOWN)
def test_rows_of_another_practice_cannot_be_chosen(name, form_of, post, world):
    form = form_of(name)
    chosen = of_type(form, forms.ModelChoiceField) if form else []
    if not chosen:
        return
    with enter(world.there):
        theirs = {field: str(row_of(form.fields[field].queryset.model, world.there).pk) for field in chosen}
    for field, key in theirs.items():
        response, _ = post(name, valid(name, form) | {field: key})
        assert response.status_code == 200, field
        missing, _ = post(name, valid(name, form) | {field: str(uuid4())})
        told = [KEY.sub("", str(first_form(answer).errors)) for answer in (response, missing)]
        assert told[0] == told[1] != "", "theirs can be told from missing"


def row_of(model, practice):
    """A row, or a person, of the practice that is entered."""
    return model.objects.filter(practice=practice).first()


@pytest.mark.parametrize("name", SHOWN)
def test_extra_fields_are_ignored(name, form_of, post, world):
    form = form_of(name)
    if form is None:
        return
    base = valid(name, form)
    there = str(world.there.pk)
    extra = EXTRA | {"practice": there, "practice_id": there, "id": there, "pk": there}
    extra = {key: value for key, value in extra.items() if key not in base}
    plainly, _ = post(name, base)
    response, after = post(name, base | extra, look=lambda: count_rows(world.there))
    assert response.status_code == plainly.status_code
    assert after == count_rows(world.there)


def count_rows(practice):
    with enter(practice):
        return sum(model.objects.count() for model in apps.get_models() if issubclass(model, PracticeOwned))


@pytest.mark.parametrize("name", sorted(BUTTONS))
def test_a_button_answers_nonsense_calmly(name, post):
    values = [*FEW, *DAYS, *NUMBERS, *NONSENSE] if BUTTONS[name] else [""]
    for value in values:
        response, _ = post(name, dict.fromkeys(BUTTONS[name], value))
        assert response.status_code in (200, 204, 302, 404, 409, 410), (value[:40], response.status_code)


@pytest.mark.parametrize("name", READ)
def test_an_address_answers_nonsense_calmly(name, browser, rows):
    client, address = browser(name), URLS[name].address(name, rows)
    response = client.get(address)
    names = {
        "q",
        "page",
        "sort",
        "view",
        "col",
        "up",
        "before",
        "next",
        "partner",
        "direction",
        "from",
        "to",
    } | filters(response)
    for value in [*FEW, "x" * 2000, *DAYS[:4], "-1", "9" * 30, "nonsense"]:
        response = client.get(address, dict.fromkeys(sorted(names), value))
        assert response.status_code in (200, 204, 302, 400, 404, 409, 410, 503), (
            value[:40],
            response.status_code,
        )
        if "html" in response.get("Content-Type", ""):
            assert TEXTS["html"] not in response.content.decode()


def filters(response):
    """The names of a page's filters."""
    found = (response.context or {}).get("filter") if response.context else None
    return set(getattr(getattr(found, "form", None), "fields", ()))


def test_the_table_knows_what_a_key_is(rows):
    assert all(isinstance(key, UUID) for key in rows.values())
