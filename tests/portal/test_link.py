"""A link and a code: what opens, and the thousand ways that do not."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from referralcrm.audit.models import AuditEvent
from referralcrm.practice.scope import enter
from referrals.actions import links
from referrals.actions.links import MOST_CODES, MOST_TO_ADDRESS
from referrals.models import PortalCode, PortalLink
from referrals.models.links import MOST_TRIES, MOST_WRONG
from tests import factories

DOOR, CODE, PAGE, LEAVE = map(reverse, ["portal:door", "portal:code", "portal:page", "portal:leave"])
TRIES, AS_PAGES = 1000, 200  # the rest is asked of the look-up alone


def told(answer):
    """Status, page and headers without what differs from request to request: tokens, and what was typed."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    body = re.sub(r'name="link"( value="[^"]*")?', "", body)
    differing = {"Content-Length", "Set-Cookie"}
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in differing)
    return answer.status_code, " ".join(body.split()), tuple(headers)


def another(digits):
    return f"{(int(digits) + 1) % 10**6:06}"


def test_the_right_code_opens_the_page_once(token, ask, browser):
    digits = ask(token)
    answer = browser.post(CODE, {"link": token, "code": f"{digits[:3]} {digits[3:]}"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert browser.get(PAGE).status_code == 200
    assert Client().post(CODE, {"link": token, "code": digits}).status_code == 200


def test_the_address_pasted_whole_is_the_link(token, ask):
    assert ask(f"http://clinic.example{DOOR}#{token}")


def test_a_thousand_forged_expired_reused_truncated_and_foreign_links_and_codes_are_one_page(
    riverside, northgate, okafor, link, token, ask, browser
):
    right = ask(token)
    browser.post(CODE, {"link": token, "code": right})
    assert link.codes.get().used_at
    over, taken_back, used_up = (links.make(okafor) for _ in range(3))
    tokens = {each: links.token_of(each) for each in (over, taken_back, used_up)}
    PortalLink.objects.filter(pk=over.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    links.revoke(taken_back)
    PortalLink.objects.filter(pk=used_up.pk).update(wrong=MOST_WRONG)
    with enter(northgate):
        theirs = links.make(factories.partner("Dr Theirs", email="theirs@office.example"))
        foreign, foreign_code = links.token_of(theirs), links.digits_of(links.ask_code(theirs, caller=""))
    bad = [
        *((each, right) for each in tokens.values()),  # expired, revoked, tried too often
        (token, right),  # used
        (token, foreign_code),  # the code of another practice
        (foreign, right),  # a link of another practice, with ours
        (foreign, another(foreign_code)),
        ("", ""),
        ("\0", "\0"),
        ("é" * 5000, "٣" * 6),
        *((token[:length], right) for length in range(64)),
        *((f"{token}{letter}", right) for letter in "0aZ-_."),
        *((token.upper(), right), (token[::-1], right)),
    ]
    bad += [(f"{number:064x}", f"{number:06}") for number in range(TRIES - len(bad))]
    stranger = Client()
    pages = {told(stranger.post(CODE, {"link": key, "code": code})) for key, code in bad[:AS_PAGES]}
    assert len(bad) == TRIES and len(pages) == 1 and pages.pop()[0] == 200
    assert not any(links.practice_of(key) for key, _ in bad[AS_PAGES:])
    assert settings.PORTAL_COOKIE_NAME not in stranger.cookies
    assert PortalCode.objects.filter(used_at__isnull=False).count() == 1
    with enter(northgate):
        assert not PortalCode.objects.filter(used_at__isnull=False).exists()


def test_asking_through_any_link_is_answered_by_one_page(token, okafor, browser):
    over = links.make(okafor)
    links.revoke(over)
    asked = [token, links.token_of(links.make(okafor)), "made up", "", token[:-1], "x" * 900]
    pages = {told(browser.post(DOOR, {"link": each})) for each in asked}
    assert len(pages) == 1
    assert PortalCode.objects.count() == 2


def test_whoever_only_looks_burns_nothing(token, ask):
    digits, scanner = ask(token), Client()
    before = AuditEvent.objects.count()
    for address in (DOOR, f"{DOOR}?link={token}", CODE, PAGE, LEAVE):
        scanner.get(address)
        scanner.head(address)
    code = PortalCode.objects.get()
    assert (code.tries, code.used_at, AuditEvent.objects.count()) == (0, None, before)
    assert links.digits_of(code) == digits


def test_a_code_lasts_ten_minutes_and_a_newer_one_takes_its_place(token, ask, browser):
    first = ask(token)
    second = ask(token)
    if first != second:
        assert browser.post(CODE, {"link": token, "code": first}).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert browser.post(CODE, {"link": token, "code": second}).status_code == 200
    assert browser.post(CODE, {"link": token, "code": second}).status_code == 302


def test_a_code_is_tried_five_times_and_no_more(token, ask, browser):
    digits = ask(token)
    for _ in range(MOST_TRIES):
        browser.post(CODE, {"link": token, "code": another(digits)})
    assert browser.post(CODE, {"link": token, "code": digits}).status_code == 200
    assert PortalLink.objects.get().wrong == MOST_TRIES


def test_a_link_gives_five_codes_an_hour_and_an_address_ten(okafor, link, token, ask):
    assert [bool(ask(token)) for _ in range(MOST_CODES + 1)] == [True] * MOST_CODES + [False]
    others = [links.token_of(links.make(okafor)) for _ in range(2)]
    given = [bool(ask(other)) for other in others for _ in range(MOST_CODES)]
    assert sum(given) == MOST_TO_ADDRESS - MOST_CODES
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert ask(token)


def test_who_asks_through_many_links_is_told_nothing_and_gets_no_more(riverside, browser, monkeypatch):
    monkeypatch.setattr(links, "MOST_TO_CALLER", 3)
    office = [factories.partner(f"Dr {name}", email=f"{name}@office.example") for name in "abcde"]
    tokens = [links.token_of(links.make(partner)) for partner in office]
    asked_from = ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", *["2001:db8:1:2::3"] * 2, "2001:db8:1:3::1"]
    pages, given = set(), []
    for token, address in zip(tokens, asked_from, strict=True):
        before = PortalCode.objects.count()
        pages.add(told(browser.post(DOOR, {"link": token}, REMOTE_ADDR=address)))
        given.append(PortalCode.objects.count() > before)
    assert given == [True, True, True, False, True] and len(pages) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, ' ') FROM referrals_portalcode c")
        assert "2001:db8" not in cursor.fetchone()[0]
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        browser.post(DOOR, {"link": tokens[3]}, REMOTE_ADDR=asked_from[3])
    assert PortalCode.objects.count() == 5


def test_a_visit_ends_after_a_quarter_of_an_hour(token, come_in, browser):
    come_in(token)
    with time_machine.travel(timezone.now() + timedelta(minutes=14)):
        assert browser.get(PAGE).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        assert browser.get(PAGE)["Location"] == DOOR


@pytest.mark.parametrize("how", ["leaving", "revoking", "expiring"])
def test_a_visit_ends_at_once(token, link, come_in, browser, how):
    come_in(token)
    carried = browser.cookies[settings.PORTAL_COOKIE_NAME].value
    if how == "leaving":
        browser.post(LEAVE)
    elif how == "revoking":
        links.revoke(link)
    else:
        PortalLink.objects.update(expires_at=timezone.now())
    browser.cookies[settings.PORTAL_COOKIE_NAME] = carried
    assert browser.get(PAGE)["Location"] == DOOR


def test_the_cookie_is_small_signed_and_only_for_the_portal(token, come_in, browser):
    come_in(token)
    cookie = browser.cookies[settings.PORTAL_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", DOOR)
    assert int(cookie["max-age"]) == 15 * 60
    assert settings.SESSION_COOKIE_NAME not in browser.cookies
    assert token not in cookie.value
    browser.cookies[settings.PORTAL_COOKIE_NAME] = cookie.value[::-1]
    assert browser.get(PAGE)["Location"] == DOOR


def test_a_visit_is_no_sign_in(token, come_in, browser):
    come_in(token)
    assert browser.get(reverse("front:today")).status_code == 302


def test_every_answer_keeps_still(token, come_in, browser):
    pages = [browser.get(DOOR), browser.post(DOOR, {"link": token}), come_in(token), browser.get(PAGE)]
    for answer in pages:
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    assert not re.search(r'(?:href|src|action)="https?:', browser.get(PAGE).content.decode())


def test_the_wall_shows_the_link_that_is_named_and_lets_nobody_write_it(riverside, northgate):
    with enter(northgate):
        theirs = links.make(factories.partner("Dr Theirs"))
        links.make(factories.partner("Dr Other"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.portal', %s, true)", [bytes(theirs.token_index).hex()])
        with scopes_disabled():
            assert PortalLink.objects.get() == theirs
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            cursor.execute("UPDATE referrals_portallink SET wrong = 7")
        cursor.execute("SELECT set_config('app.portal', '', true)")
        with scopes_disabled():
            assert not PortalLink.objects.exists()
