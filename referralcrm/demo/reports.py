"""Reports in the demo: one that waits for consent, one on its way by post, a draft, phrases, a library."""

from django.core.files.base import ContentFile

from referralcrm.demo.findings import content_of
from referralcrm.demo.paper import page_of_text
from referralcrm.demo.sending import agree
from referrals.actions import deliveries, reports
from referrals.models import Obligation, Phrase
from referrals.states import DeliveryChannel, ReportKind, ReportType

PHRASES = {
    "hold injections": "Please hold further injections until the next review.",
    "home exercises": "A home programme of ten minutes a day was taught and is done on most days.",
    "nothing for now": "Nothing for now. We write again after the next review.",
    "red flags": "No red flags were found: no night sweats, no weight loss, no change in bladder or bowel.",
    "send back if": "Please send them back if the pain returns for more than two weeks.",
}
KINDS = {ReportKind.INITIAL: ReportType.INITIAL, ReportKind.FINAL: ReportType.DISCHARGE}
ARTICLES = ["Exercise and pain: what is usual", "Shoulder exercises at home"]


def make_reports(world):
    """Phrases, a small library, and reports that treating partners wait for, first ones before the last."""
    ana, by = world.people["clinician"], world.people["manager"]
    Phrase.objects.bulk_create(Phrase(name=name, text=text) for name, text in PHRASES.items())
    library = [_article(name, by) for name in ARTICLES]
    due = Obligation.objects.ours().due().filter(referral__partner__treating_provider=True, kind__in=KINDS)
    due = due.select_related("referral__patient").order_by("-kind", "due_on", "id")
    for number, promised in enumerate(due[:3]):
        draft = reports.start(promised.referral, kind=KINDS[promised.kind], by=ana, obligation=promised)
        content = content_of(promised.referral, world.today, is_last=promised.kind == ReportKind.FINAL)
        draft = reports.save(draft, by=ana, content=content if number < 2 else _half(content))
        reports.enclose_article(draft, by=ana, article=library[0])
        if number < 2:
            final = reports.finalise(draft, by=ana)
        if number == 1:
            _post(world, final)


def _article(name, by):
    return reports.add_article(by=by, name=name, file=ContentFile(page_of_text(name), name="article.pdf"))


def _half(content) -> dict:
    """A draft that somebody goes on writing."""
    return {"texts": {"found": content["texts"]["found"]}, "measures": content["measures"][:1]}


def _post(world, final):
    """The patient agreed, and somebody has to put it into an envelope."""
    referral = final.referral
    agree(world, referral, on=referral.attended_on)
    post = DeliveryChannel.POST
    deliveries.send(final, partner=referral.partner, channel=post, by=world.people["staff"])
