import pytest
from django.urls import reverse

from outreach.models import Message, Rule
from outreach.states import MessageState, RuleKind, Suppression
from partners import actions
from referralcrm.audit.models import AuditEvent
from tests import factories


@pytest.fixture
def okafor(riverside):
    return factories.partner()


def test_the_button_stops_mail_at_once_and_can_be_undone(riverside, okafor, alice, as_person):
    rule = Rule.objects.get(kind=RuleKind.THANK_YOU)
    message = Message.objects.create(partner=okafor, rule=rule, due_at=riverside.now())
    client = as_person(alice)
    page = client.post(reverse("partners:opt_out", args=[okafor.pk]), follow=True).content.decode()
    okafor.refresh_from_db()
    message.refresh_from_db()
    assert okafor.has_opted_out
    assert (message.state, message.suppression) == (MessageState.SUPPRESSED, Suppression.OPTED_OUT)
    assert f'action="{reverse("partners:opt_in", args=[okafor.pk])}"' in page
    client.post(reverse("partners:opt_in", args=[okafor.pk]))
    okafor.refresh_from_db()
    assert not okafor.has_opted_out


def test_each_word_is_audited_once_however_often_it_is_said(okafor, alice):
    actions.opt_out(okafor, by=alice)
    actions.opt_out(okafor, by=alice)
    actions.opt_in(okafor, by=alice)
    actions.opt_in(okafor, by=alice)
    assert AuditEvent.objects.filter(verb="opted out of e-mail").count() == 1
    assert AuditEvent.objects.filter(verb="opted in to e-mail").count() == 1


def test_saving_the_form_never_opts_somebody_in_again(okafor, alice):
    actions.opt_out(okafor, by=alice)
    okafor.refresh_from_db()
    actions.update(okafor, version=okafor.version, by=alice, goal="Shared clinic", email="new@x.example")
    okafor.refresh_from_db()
    assert okafor.has_opted_out
