"""Links that partners outside open, and the codes that go with them (docs/adr/0014-portal.md)."""

import secrets
from datetime import timedelta
from hmac import compare_digest

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from referralcrm.audit.actions import record
from referralcrm.core.crypto import blind_index, unwrap, wrap
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import current_practice
from referrals.models import PortalCode, PortalLink
from referrals.models.links import CODE_LASTS
from referrals.signals import code_asked

TOKEN_BYTES = 32
DIGITS = 6
AN_HOUR = timedelta(hours=1)
MOST_CODES = 5  # an hour, through one link
MOST_TO_ADDRESS = 10  # an hour, to one address
MOST_TO_CALLER = 30  # an hour, asked for from one place: a hospital may be one
LONGEST = 300  # what somebody may type as a link: the whole address, at most


@transaction.atomic
def make(partner) -> PortalLink:
    """A new link for a partner, which ends after as many days as the practice says."""
    token = secrets.token_hex(TOKEN_BYTES)
    link = PortalLink(partner=partner, token_index=_token_index(token))
    link.token_sealed = wrap(token.encode(), bound_to=f"portal link:{link.pk}")
    link.expires_at = timezone.now() + timedelta(days=current_practice().portal_days)
    link.save()
    return link


@transaction.atomic
def revoke(link, *, by=None):
    """It opens nothing from this moment, and a visit through it is over; repeating it changes nothing."""
    now = timezone.now()
    if PortalLink.objects.filter(pk=link.pk, revoked_at=None).update(
        revoked_at=now, revoked_by=by, token_sealed=b""
    ):
        record("revoked", by=by, subject=link)


def practice_of(token: str) -> Practice | None:
    """Whose link this is, asked before any practice is entered; None when it is nobody's.

    The wall shows the one row whose fingerprint the transaction names, and nothing else.
    """
    index = _token_index(_plain(token))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.portal', %s, true)", [index.hex()])
        cursor.execute("SELECT practice_id FROM referrals_portallink WHERE token_index = %s", [index])
        found = cursor.fetchone()
        cursor.execute("SELECT set_config('app.portal', '', true)")
        return Practice.objects.get(pk=found[0]) if found else None


def find(token: str) -> PortalLink | None:
    """The link of the practice that is entered which this token opens; None when it opens none."""
    rows = PortalLink.objects.usable().select_related("partner")
    return rows.filter(token_index=_token_index(_plain(token))).first()


@transaction.atomic
def ask_code(link, *, caller: str) -> PortalCode | None:
    """A fresh code through a usable link, in place of the one before; None when there were too many.

    ``caller`` is where it is asked from, empty when nobody knows. ``code_asked`` lets it leave for the
    address on file.
    """
    rows = PortalLink.objects.select_related("partner")
    link = rows.select_for_update(of=("self",), no_key=True).get(pk=link.pk)
    address, asked_from, now = _address_index(link.partner), _caller_index(caller), timezone.now()
    recent = PortalCode.objects.filter(asked_at__gt=now - AN_HOUR)
    if recent.filter(link=link).count() >= MOST_CODES:
        return None
    if recent.filter(address_index=address).count() >= MOST_TO_ADDRESS:
        return None
    if asked_from and recent.filter(caller_index=asked_from).count() >= MOST_TO_CALLER:
        return None
    link.codes.open().update(expires_at=now, code_sealed=b"")
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    code = PortalCode(link=link, address_index=address, caller_index=asked_from, expires_at=now + CODE_LASTS)
    code.code_index = _code_index(code, digits)
    code.code_sealed = wrap(digits.encode(), bound_to=f"portal code:{code.pk}")
    code.save()
    record("asked for a code through", by=link.partner, subject=link)
    code_asked.send(PortalCode, code=code)
    return code


@transaction.atomic
def enter_code(link, typed: str) -> PortalCode | None:
    """The code that was typed right, once: a visit begins. None when it was wrong, old or used.

    The row is locked first, so that tries at once count one by one and one of them at most gets in.
    """
    waiting = link.codes.open().order_by("-asked_at", "-id").select_for_update(no_key=True)
    if (code := waiting.first()) is None:
        return None
    code.tries += 1
    digits = "".join(letter for letter in typed[:LONGEST] if letter.isdecimal())
    if compare_digest(bytes(code.code_index), _code_index(code, digits)):
        code.used_at, code.code_sealed = timezone.now(), b""
    else:
        PortalLink.objects.filter(pk=link.pk).update(wrong=F("wrong") + 1)
    code.save(update_fields=["tries", "used_at", "code_sealed"])
    verb = "came in through" if code.used_at else "mistyped a code for"
    record(verb, by=link.partner, subject=link)
    return code if code.used_at else None


def visit(pk) -> PortalCode | None:
    """The visit that this code began, when it is not over and its link still opens."""
    rows = PortalCode.objects.visiting().select_related("link__partner")
    return rows.filter(pk=pk, link__in=PortalLink.objects.usable()).first()


def leave(visit):
    """The visit is over."""
    PortalCode.objects.filter(pk=visit.pk, left_at=None).update(left_at=timezone.now())


def token_of(link) -> str:
    """What the mail carries; empty when it has left already. Raises Tampered."""
    return unwrap(link.token_sealed, bound_to=f"portal link:{link.pk}").decode() if link.token_sealed else ""


def digits_of(code) -> str:
    """What the mail carries; empty when it has left, was used or is over. Raises Tampered."""
    return unwrap(code.code_sealed, bound_to=f"portal code:{code.pk}").decode() if code.code_sealed else ""


def forget_tokens(links):
    """The mails have left: the tokens are nowhere but there."""
    PortalLink.objects.filter(pk__in=[link.pk for link in links]).update(token_sealed=b"")


def forget_digits(codes):
    """The mails have left, or never will."""
    PortalCode.objects.filter(pk__in=[code.pk for code in codes]).update(code_sealed=b"")


def _plain(token: str) -> str:
    """What stands behind the # of an address that was pasted whole."""
    return token[:LONGEST].rpartition("#")[2].strip()


def _token_index(token):
    return blind_index(token, purpose="portal link")


def _code_index(code, digits):
    return blind_index(f"{code.pk}:{digits}", purpose="portal code")


def _caller_index(caller):
    return blind_index(caller, purpose="portal caller") if caller else b""


def _address_index(partner):
    return blind_index(partner.email.casefold(), purpose="portal address")
