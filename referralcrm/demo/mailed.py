"""Mail of the demo that has left already: what the actions queued just now went out on an earlier day."""

from datetime import timedelta

from outreach import mail
from outreach.actions.messages import private
from outreach.models import Message
from outreach.models.messages import with_causes
from outreach.states import MessageState
from partners.models import Friction, Partner


def written_to():
    """The partners to whom mail goes: nothing stands against it."""
    partners = Partner.objects.current().filter(email_opted_out_at=None)
    return partners.exclude(pk__in=Friction.objects.open().values("partner"))


def link_mailed(link, at):
    """The notice that carries this link left then."""
    for message in Message.objects.filter(causes__fact=f"link:{link.pk}").select_related("rule", "partner"):
        mailed(message, at)


def mailed(message, at):
    """It left then, with the text it would have now; the link it carried is forgotten."""
    with_causes([message])
    message.subject, message.body = mail.text_of(message)
    message.state, message.hold, message.waiting_because = MessageState.SENT, "", ""
    message.created_at = message.due_at = at
    message.sent_at, message.attempt, message.reply = at + timedelta(seconds=21), 1, "250 OK"
    message.save()
    private.forget(message.pk)
