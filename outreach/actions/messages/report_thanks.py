"""Thanks for a report that a partner sent us: asked for by a person, with the tick that acknowledges it."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from outreach.actions.messages.thanks import locked, place, put_again, way_to_thank, withdraw
from outreach.models import MessageCause, Rule
from outreach.states import MessageState, RuleKind, TaskKind, TaskState
from referralcrm.core.refused import Refused
from referrals.actions import confirm_report, unconfirm_report
from referrals.signals import Beside
from referrals.states import REPORTED, Loop, Side

KIND = RuleKind.REPORT_THANKS
WAYS = {"": "by e-mail", TaskKind.THANK_CALL: "with a call", TaskKind.THANK_CARD: "with a card"}


@transaction.atomic
def thank_for(report, *, by, version=None) -> tuple[MessageCause, bool]:
    """Acknowledge a report that came, where nobody has, and thank for it by the way the partner prefers.

    Said twice it is one thank-you. Returns its cause and whether the report was acknowledged by this. Raises
    Stale, and Refused for a report that has not come, or while the rule is switched off.
    """
    partner = locked(report.referral.partner_id)  # two who thank at once do so one after the other
    report.refresh_from_db(fields=["state", "acknowledged_on", "version"])
    if report.side != Side.THEM or report.state not in REPORTED:
        raise Refused("Their report has not come yet.")
    rule = Rule.objects.filter(kind=KIND, is_active=True).first()
    if rule is None:
        raise Refused("The rule “Thanks for a report” is switched off, so nobody is thanked. Tick it only.")
    cause, is_new = MessageCause.objects.get_or_create(
        rule=rule, fact=_fact(report.pk), defaults={"referral": report.referral}
    )
    if is_new:
        place(cause, partner, by=by)
    elif cause.withdrawn_at:
        put_again(cause, by=by)
    confirms = report.state == Loop.RECEIVED
    if confirms:
        confirm_report(report, by=by, version=version)
    return cause, confirms


@transaction.atomic
def take_back(report, *, by, unconfirm=False):
    """Nobody is thanked for it after all; with ``unconfirm`` it is not acknowledged either.

    Raises Refused when the thanks have left.
    """
    locked(report.referral.partner_id)
    cause = _causes(report).live().select_related("rule").first()
    if cause and not withdraw(cause, by=by):
        raise Refused("The thanks have left already.")
    if unconfirm:
        unconfirm_report(report, by=by)


def forget(report, *, by):
    """The report did not come after all: thanks that have not left are taken back."""
    for cause in _causes(report).live().select_related("rule"):
        withdraw(cause, by=by)


def _causes(report):
    return MessageCause.objects.filter(rule__kind=KIND, fact=_fact(report.pk))


def _fact(key) -> str:
    return f"report:{key}"


def beside() -> Beside:
    """What the referral's page shows with each of their reports: how we thanked, or the offer to."""
    row = JSONObject(
        fact="fact",
        message="message_id",
        state="message__state",
        task="task_id",
        task_kind="task__kind",
        task_state="task__state",
    )
    told = MessageCause.objects.live().filter(referral=OuterRef("pk"), rule__kind=KIND)
    return Beside(
        "report_thanks", ArraySubquery(told.values(row=row)), "outreach/report_thanks.html", "report", _read
    )


def _read(found, report) -> dict | None:
    """``way`` and, once somebody thanked, ``how`` it stands; None for a report that is ours, or not here."""
    if report.side != Side.THEM or report.state not in REPORTED:
        return None
    thanked = next((row for row in found if row["fact"] == _fact(report.pk)), None)
    if thanked is None:
        return {"way": WAYS[way_to_thank(report.referral.partner, KIND)], "thanked": None}
    by_hand = thanked["task"] is not None
    state = TaskState(thanked["task_state"]) if by_hand else MessageState(thanked["state"])
    return {"way": WAYS[thanked["task_kind"] or ""], "thanked": thanked, "how": state.label}
