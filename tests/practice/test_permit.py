"""Every address, as every role, as a stranger, and as somebody of another practice.

Add each new address to ``URLS`` with the permission it asks for and the rows its ids name; until
then ``test_every_address_is_classified`` is red.
"""

import re
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from referralcrm.practice.permissions import GRANTS, Permission
from referralcrm.practice.states import Role
from tests.practice.cast import a_world

P = Permission
PUBLIC = None


@dataclass(frozen=True)
class Needs:
    """A permission, and for each part of the address the kind of row (or the fixed text) it names."""

    permission: Permission | None
    parts: dict

    def address(self, name, rows):
        return reverse(name, kwargs={part: rows.get(kind, kind) for part, kind in self.parts.items()})

    @property
    def names_rows(self):
        return any(kind in ROW_KINDS for kind in self.parts.values())


def needs(permission, **parts):
    return Needs(permission, parts)


ROW_KINDS = {
    "advice",
    "our_question",
    "article",
    "licence",
    "affiliation",
    "attachment",
    "cadence",
    "clinician",
    "consent",
    "batch",
    "batch_of_referrals",
    "closed_day",
    "contact",
    "delivery",
    "details_request",
    "discipline",
    "double",
    "double_office",
    "experience",
    "export",
    "import",
    "likely_pair",
    "friction",
    "location",
    "merge",
    "message",
    "obligation",
    "organisation",
    "other_patient",
    "outcome_file",
    "paperwork",
    "partner",
    "patient",
    "patient_merge",
    "person",
    "plan",
    "referral",
    "quality_flag",
    "report",
    "report_file",
    "signed_report",
    "rule",
    "saved_view",
    "sent_referral",
    "service",
    "task",
    "their_report",
    "touchpoint",
    "unread",
    "story",
}

URLS = {
    "practice:profile": needs(P.VIEW, pk="person"),
    "practice:add_licence": needs(P.MANAGE_PEOPLE, pk="person"),
    "practice:licence": needs(P.MANAGE_PEOPLE, pk="licence"),
    "practice:delete_licence": needs(P.MANAGE_PEOPLE, pk="licence"),
    "print:offered": needs(P.VIEW),
    "print:profile": needs(P.VIEW, pk="person"),
    "audit:export": needs(P.VIEW_AUDIT),
    "audit:list": needs(P.VIEW_AUDIT),
    "exchange:carry_out": needs(P.LOG, pk="outcome_file"),
    "exchange:choose": needs(P.IMPORT, pk="import"),
    "exchange:export": needs(P.EXPORT, kind="referrals"),
    "exchange:fetch": needs(P.EXPORT, pk="export", number=1, ending="csv"),
    "exchange:discard": needs(P.IMPORT, pk="import"),
    "exchange:header": needs(P.IMPORT, pk="import"),
    "exchange:import": needs(P.IMPORT, pk="import"),
    "exchange:imports": needs(P.IMPORT),
    "exchange:match": needs(P.IMPORT, pk="import"),
    "exchange:mend": needs(P.IMPORT, pk="import", ending="csv"),
    "exchange:not_matched": needs(P.LOG, pk="outcome_file"),
    "exchange:outcome": needs(P.LOG, pk="outcome_file"),
    "exchange:outcomes": needs(P.LOG),
    "exchange:progress": needs(P.IMPORT, pk="import"),
    "exchange:rematch": needs(P.IMPORT, pk="import"),
    "exchange:rows": needs(P.IMPORT, pk="import"),
    "exchange:start": needs(P.IMPORT, pk="import"),
    "exchange:taken": needs(P.EXPORT, pk="export"),
    "exchange:taking": needs(P.EXPORT, pk="export"),
    "exchange:tab": needs(P.IMPORT, pk="import"),
    "exchange:undo": needs(P.IMPORT, pk="import"),
    "front:search": needs(P.VIEW),
    "dashboards:answers": needs(P.VIEW_DASHBOARD),
    "front:find": needs(P.VIEW),
    "dashboards:manager": needs(P.VIEW_DASHBOARD),
    "dashboards:rows": needs(P.VIEW_DASHBOARD, what="received"),
    "front:health": needs(P.VIEW_HEALTH),
    "demo:start": needs(P.MANAGE_PRACTICE),
    "front:healthz": needs(PUBLIC),
    "front:today": needs(P.VIEW),
    "front:reports": needs(P.VIEW),
    "front:what_next": needs(P.LOG),
    "outreach:thank_for_report": needs(P.LOG, pk="their_report"),
    "outreach:take_thanks_back": needs(P.LOG, pk="their_report"),
    "outreach:because_of": needs(P.LOG, pk="referral"),
    "outreach:cadences": needs(P.MANAGE_PRACTICE),
    "outreach:decide": needs(P.APPROVE_MAIL, pk="message", decision="withdraw"),
    "outreach:inbox": needs(P.VIEW),
    "outreach:letter": needs(P.VIEW, key="00000000000000000001-0123456789abcdef"),
    "outreach:letter_html": needs(P.VIEW, key="00000000000000000001-0123456789abcdef"),
    "outreach:message": needs(P.VIEW, pk="message"),
    "outreach:message_text": needs(P.APPROVE_MAIL, pk="message"),
    "outreach:messages": needs(P.VIEW),
    "outreach:put_back": needs(P.APPROVE_MAIL, pk="message"),
    "outreach:rule": needs(P.MANAGE_PRACTICE, pk="rule"),
    "outreach:rule_preview": needs(P.MANAGE_PRACTICE, pk="rule"),
    "outreach:rules": needs(P.MANAGE_PRACTICE),
    "partners:agreement": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:put_agreement_back": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:affiliate": needs(P.EDIT_PARTNERS, pk="partner"),
    "outreach:add_task": needs(P.LOG),
    "outreach:delete_task": needs(P.LOG, pk="task"),
    "outreach:delete_touchpoint": needs(P.LOG, pk="touchpoint"),
    "outreach:log_touchpoint": needs(P.LOG),
    "outreach:restore_touchpoint": needs(P.LOG, pk="touchpoint"),
    "outreach:task": needs(P.LOG, pk="task"),
    "outreach:tasks": needs(P.VIEW),
    "outreach:touchpoint": needs(P.LOG, pk="touchpoint"),
    "outreach:touchpoint_people": needs(P.LOG),
    "outreach:undo_task": needs(P.LOG, pk="task"),
    "partners:postcodes": needs(P.MANAGE_PRACTICE),
    "partners:change_many": needs(P.EDIT_PARTNERS),
    "partners:undo_many": needs(P.EDIT_PARTNERS, pk="batch"),
    "partners:create": needs(P.EDIT_PARTNERS),
    "partners:create_contact": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:create_organisation": needs(P.EDIT_PARTNERS),
    "partners:delete": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:delete_affiliation": needs(P.EDIT_PARTNERS, pk="affiliation"),
    "partners:delete_contact": needs(P.EDIT_PARTNERS, pk="contact"),
    "partners:delete_organisation": needs(P.EDIT_PARTNERS, pk="organisation"),
    "partners:detail": needs(P.VIEW, pk="partner"),
    "partners:disciplines": needs(P.MANAGE_PRACTICE),
    "partners:duplicates": needs(P.VIEW),
    "partners:end": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:finish_next_step": needs(P.LOG, pk="partner"),
    "partners:list": needs(P.VIEW),
    "partners:ask_again": needs(P.MERGE, pk="likely_pair"),
    "partners:dismiss_pair": needs(P.MERGE, pk="likely_pair"),
    "partners:likely_duplicates": needs(P.MERGE),
    "partners:look_again": needs(P.MERGE),
    "partners:merge": needs(P.MERGE, pk="partner", other="double"),
    "partners:merge_organisation": needs(P.MERGE, pk="organisation", other="double_office"),
    "partners:merge_organisation_with": needs(P.MERGE, pk="organisation"),
    "partners:merge_with": needs(P.MERGE, pk="partner"),
    "partners:unmerge": needs(P.MERGE, pk="merge"),
    "partners:opt_in": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:opt_out": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:options": needs(P.VIEW),
    "partners:organisation": needs(P.VIEW, pk="organisation"),
    "partners:organisation_options": needs(P.VIEW),
    "partners:organisations": needs(P.VIEW),
    "partners:answer_friction": needs(P.LOG, pk="friction"),
    "partners:delete_friction": needs(P.LOG, pk="friction"),
    "partners:reopen_friction": needs(P.LOG, pk="friction"),
    "partners:report_friction": needs(P.LOG, pk="partner"),
    "partners:update_friction": needs(P.LOG, pk="friction"),
    "partners:resume": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:undo_next_step": needs(P.LOG, pk="partner"),
    "partners:update": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:delete_paperwork": needs(P.EDIT_PARTNERS, pk="paperwork"),
    "partners:move_paperwork": needs(P.EDIT_PARTNERS, pk="paperwork"),
    "partners:paperwork": needs(P.EDIT_PARTNERS, pk="partner"),
    "partners:update_paperwork": needs(P.EDIT_PARTNERS, pk="paperwork"),
    "portal:code": needs(PUBLIC),
    "portal:confirm": needs(PUBLIC, pk="delivery"),
    "portal:door": needs(PUBLIC),
    "portal:leave": needs(PUBLIC),
    "portal:page": needs(PUBLIC),
    "portal:paper": needs(PUBLIC, pk="delivery", what="report"),
    "practice:account": needs(P.VIEW),
    "practice:add_person": needs(P.MANAGE_PEOPLE),
    "practice:create_view": needs(P.VIEW, slug="partners"),
    "practice:deactivate": needs(P.MANAGE_PEOPLE, pk="person"),
    "practice:delete_view": needs(P.VIEW, pk="saved_view"),
    "practice:list": needs(P.MANAGE_PRACTICE, slug="services"),
    "practice:list_row": needs(P.MANAGE_PRACTICE, slug="services", pk="service"),
    "practice:make_usual": needs(P.VIEW, slug="partners"),
    "practice:overwrite_view": needs(P.VIEW, pk="saved_view"),
    "practice:saved_views": needs(P.VIEW, slug="partners"),
    "practice:update_view": needs(P.VIEW, pk="saved_view"),
    "partners:update_affiliation": needs(P.EDIT_PARTNERS, pk="affiliation"),
    "partners:update_contact": needs(P.EDIT_PARTNERS, pk="contact"),
    "partners:update_discipline": needs(P.MANAGE_PRACTICE, pk="discipline"),
    "partners:update_organisation": needs(P.EDIT_PARTNERS, pk="organisation"),
    "practice:password": needs(P.VIEW),
    "practice:people": needs(P.MANAGE_PEOPLE),
    "practice:person": needs(P.MANAGE_PEOPLE, pk="person"),
    "practice:practice": needs(P.MANAGE_PRACTICE),
    "practice:pulse": needs(P.VIEW),
    "practice:reactivate": needs(P.MANAGE_PEOPLE, pk="person"),
    "practice:restore": needs(P.MANAGE_PRACTICE, slug="services", pk="service"),
    "practice:retire": needs(P.MANAGE_PRACTICE, slug="services", pk="service"),
    "practice:roles": needs(P.VIEW),
    "practice:set_password": needs(PUBLIC, uid="person", token="now"),
    "practice:settings": needs(P.VIEW),
    "practice:sign_in_link": needs(P.MANAGE_PEOPLE, pk="person"),
    "practice:sign_in": needs(PUBLIC),
    "practice:sign_out": needs(PUBLIC),
    "practice:switch_location": needs(P.VIEW),
    "practice:stay": needs(P.VIEW),
    "referrals:advice": needs(P.VIEW),
    "referrals:advice_letter": needs(P.LOG, pk="our_question"),
    "referrals:advice_letter_left": needs(P.LOG, pk="our_question", channel="letter"),
    "referrals:advice_letter_page": needs(P.LOG, pk="our_question"),
    "referrals:advice_request": needs(P.VIEW, pk="advice"),
    "referrals:answer_advice": needs(P.LOG, pk="advice"),
    "referrals:ask_advice": needs(P.LOG),
    "referrals:delete_advice": needs(P.LOG, pk="advice"),
    "referrals:reopen_advice": needs(P.LOG, pk="advice"),
    "referrals:update_advice": needs(P.LOG, pk="advice"),
    "referrals:withdraw_advice": needs(P.LOG, pk="advice"),
    "partners:treating": needs(P.EDIT_PARTNERS, pk="partner"),
    "outreach:delete_story": needs(P.LOG, pk="story"),
    "outreach:retell_story": needs(P.LOG, pk="story"),
    "outreach:story": needs(P.APPROVE_MAIL, pk="story"),
    "outreach:story_letter": needs(P.APPROVE_MAIL, pk="story", partner="partner"),
    "outreach:tell_story": needs(P.LOG, pk="referral", kind="compliment"),
    "referrals:care_team": needs(P.LOG, pk="referral"),
    "referrals:consent": needs(P.LOG, pk="referral"),
    "referrals:consent_form": needs(P.VIEW_PATIENTS, pk="referral"),
    "referrals:reinstate_consent": needs(P.LOG, pk="consent"),
    "referrals:remove_clinician": needs(P.LOG, pk="clinician"),
    "referrals:say_none": needs(P.LOG, pk="referral"),
    "referrals:withdraw_consent": needs(P.LOG, pk="consent"),
    "referrals:amend_report": needs(P.SIGN_REPORTS, pk="signed_report"),
    "referrals:article": needs(P.LOG, pk="article"),
    "referrals:articles": needs(P.MANAGE_PRACTICE),
    "referrals:retire_article": needs(P.MANAGE_PRACTICE, pk="article"),
    "referrals:restore_article": needs(P.MANAGE_PRACTICE, pk="article"),
    "referrals:cover_letter": needs(P.VIEW_PATIENTS, pk="signed_report"),
    "referrals:discard_report": needs(P.LOG, pk="report"),
    "referrals:document": needs(P.VIEW_PATIENTS, pk="signed_report"),
    "referrals:enclose": needs(P.LOG, pk="report"),
    "referrals:enclosed": needs(P.VIEW_PATIENTS, pk="report_file"),
    "referrals:finalise_report": needs(P.SIGN_REPORTS, pk="report"),
    "referrals:keep_report": needs(P.LOG, pk="report"),
    "referrals:preview_report": needs(P.LOG, pk="report"),
    "referrals:report_pdf": needs(P.VIEW_PATIENTS, pk="signed_report"),
    "referrals:start_report": needs(P.LOG, pk="referral"),
    "referrals:take_out": needs(P.LOG, pk="report_file"),
    "referrals:write_report": needs(P.LOG, pk="report"),
    "referrals:attach": needs(P.LOG, pk="referral"),
    "referrals:attachment": needs(P.VIEW_PATIENTS, pk="attachment"),
    "referrals:apart": needs(P.LOG, pk="patient", other="other_patient"),
    "referrals:merge": needs(P.LOG, pk="patient", other="other_patient"),
    "referrals:other_record": needs(P.LOG, pk="patient"),
    "referrals:same_patients": needs(P.LOG),
    "referrals:unmerge": needs(P.LOG, pk="patient_merge"),
    "referrals:ask": needs(P.LOG, pk="referral"),
    "print:envelope": needs(P.LOG, pk="partner"),
    "print:labels": needs(P.LOG),
    "print:labels_pdf": needs(P.LOG),
    "print:partner": needs(P.VIEW, pk="partner"),
    "print:thanks": needs(P.LOG, pk="partner"),
    "print:thanks_card": needs(P.LOG, pk="partner"),
    "print:today": needs(P.VIEW),
    "referrals:call": needs(P.LOG, pk="referral"),
    "referrals:create": needs(P.LOG),
    "referrals:delete": needs(P.LOG, pk="referral"),
    "referrals:delete_attachment": needs(P.LOG, pk="attachment"),
    "referrals:details": needs(P.LOG, pk="details_request"),
    "referrals:answer_flag": needs(P.ANSWER_QUALITY, pk="quality_flag"),
    "referrals:arrived": needs(P.LOG, pk="their_report"),
    "referrals:delete_experience": needs(P.LOG, pk="experience"),
    "referrals:delete_flag": needs(P.LOG, pk="quality_flag"),
    "referrals:choice": needs(P.LOG, pk="sent_referral"),
    "referrals:name_partners": needs(P.LOG, pk="sent_referral"),
    "referrals:unname": needs(P.LOG, pk="sent_referral"),
    "referrals:experience": needs(P.LOG, pk="experience"),
    "referrals:note_experience": needs(P.LOG, pk="sent_referral"),
    "referrals:raise_flag": needs(P.LOG, pk="sent_referral"),
    "referrals:reopen_flag": needs(P.ANSWER_QUALITY, pk="quality_flag"),
    "referrals:goes_with": needs(P.LOG, pk="referral"),
    "referrals:tick": needs(P.LOG, pk="referral"),
    "referrals:finish": needs(P.LOG, pk="unread"),
    "referrals:request_letter": needs(P.VIEW_PATIENTS, pk="details_request"),
    "referrals:delivery": needs(P.LOG, pk="delivery"),
    "referrals:delivery_fax": needs(P.VIEW_PATIENTS, pk="delivery"),
    "referrals:delivery_letter": needs(P.VIEW_PATIENTS, pk="delivery"),
    "referrals:send_report": needs(P.LOG, pk="signed_report"),
    "referrals:detail": needs(P.VIEW, pk="referral"),
    "referrals:later": needs(P.LOG, pk="referral"),
    "referrals:told_them": needs(P.LOG, pk="referral"),
    "referrals:back_on": needs(P.LOG, pk="referral"),
    "referrals:visits": needs(P.LOG, pk="referral"),
    "referrals:list": needs(P.VIEW),
    "referrals:change_many": needs(P.LOG),
    "referrals:undo_many": needs(P.LOG, pk="batch_of_referrals"),
    "referrals:log_many": needs(P.LOG),
    "referrals:log_many_row": needs(P.LOG),
    "referrals:look": needs(P.LOG),
    "referrals:move": needs(P.LOG, pk="referral"),
    "referrals:options": needs(P.LOG),
    "referrals:pass_on": needs(P.LOG, pk="referral"),
    "referrals:patient": needs(P.LOG, pk="referral"),
    "referrals:phone": needs(P.VIEW_PATIENTS, pk="referral"),
    "referrals:report": needs(P.LOG, pk="obligation"),
    "referrals:shape": needs(P.LOG),
    "referrals:undo": needs(P.LOG, pk="referral", what="call"),
    "referrals:update": needs(P.LOG, pk="referral"),
    "trash:index": needs(P.VIEW),
    "trash:restore": needs(P.VIEW, kind="partners", pk="partner"),
}


def walk(patterns, prefix=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, f"{prefix}{pattern.namespace}:")
        else:
            yield f"{prefix}{pattern.name}", pattern.callback


VIEWS = dict(walk(get_resolver().url_patterns))
CLASSIFIED = sorted(set(VIEWS) & set(URLS))
GUARDED = [name for name in CLASSIFIED if URLS[name].permission]
WITH_ROWS = [name for name in GUARDED if URLS[name].names_rows]
POSTED = [name for name in CLASSIFIED if "POST" in VIEWS[name].methods]


def methods_of(name):
    return sorted(VIEWS[name].methods & {"GET", "POST"})


@pytest.fixture(scope="module")
def world(committed_module):
    return a_world()


@pytest.fixture
def rows(world):
    return world.rows


@pytest.fixture
def everybody(world):
    """A signed-in browser for each role."""
    return {role: world.browser(role) for role in Role}


@pytest.fixture
def allowed(everybody):
    """``allowed(permission)`` is the browser of somebody who has it."""

    def browser(permission):
        return next(everybody[role] for role in Role if permission is PUBLIC or permission in GRANTS[role])

    return browser


def answer(browser, method, address):
    """The response, with everything the request wrote taken back."""
    with transaction.atomic():
        response = browser.generic(method, address)
        transaction.set_rollback(True)
    return response


def plain(response):
    """The body without what differs between two equal answers."""
    body = response.content.decode()
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    return re.sub(r'nonce="[^"]+"', "", re.sub(r"X-CSRFToken\W+\w+", "", body))


def test_every_address_is_classified():
    assert set(VIEWS) - set(URLS) == set(), "Add these addresses to URLS"
    assert set(URLS) - set(VIEWS) == set(), "These addresses are gone; take them out of URLS"


@pytest.mark.parametrize("name", CLASSIFIED)
def test_a_view_declares_the_permission_written_here(name):
    assert VIEWS[name].permission == URLS[name].permission


@pytest.mark.parametrize("name", GUARDED)
def test_each_role_gets_in_exactly_when_the_table_says_so(name, rows, everybody):
    address = URLS[name].address(name, rows)
    for role, browser in everybody.items():
        for method in methods_of(name):
            status = answer(browser, method, address).status_code
            assert status < 500, (role, method)
            assert (status == 403) == (URLS[name].permission not in GRANTS[role]), (role, method)


@pytest.mark.parametrize("name", GUARDED)
def test_a_stranger_gets_the_sign_in_page_and_no_data(name, rows):
    address = URLS[name].address(name, rows)
    stranger = Client()
    for method in methods_of(name):
        response = answer(stranger, method, address)
        if method == "GET":
            assert response.status_code == 302
            assert response["Location"].startswith(reverse("practice:sign_in"))
        else:
            assert response.status_code == 403
        assert "Marked" not in response.content.decode()


@pytest.mark.parametrize("name", WITH_ROWS)
def test_rows_of_another_practice_look_exactly_like_missing_ones(name, world, allowed):
    needed = URLS[name]
    browser = allowed(needed.permission)
    for method in methods_of(name):
        theirs = answer(browser, method, needed.address(name, world.their_rows))
        missing = answer(browser, method, needed.address(name, {kind: uuid4() for kind in ROW_KINDS}))
        assert (theirs.status_code, missing.status_code) == (404, 404), method
        assert plain(theirs) == plain(missing)
        assert dict(theirs.headers) | LENGTH == dict(missing.headers) | LENGTH


LENGTH = {"Content-Length": "", "Content-Security-Policy": ""}


@pytest.mark.parametrize("name", CLASSIFIED)
def test_another_method_is_refused(name, rows, allowed):
    browser = allowed(URLS[name].permission)
    address = URLS[name].address(name, rows)
    for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - VIEWS[name].methods):
        assert answer(browser, method, address).status_code == 405, method


@pytest.mark.parametrize("name", POSTED)
def test_a_form_without_its_token_is_refused(name, rows, allowed):
    session = allowed(URLS[name].permission).cookies
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = session
    response = answer(browser, "POST", URLS[name].address(name, rows))
    assert response.status_code == 403
    assert "Nothing was saved" in response.content.decode()
