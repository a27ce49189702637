"""Reports in the demo: two that are signed and wait to be sent, a draft, phrases and a small library."""

from django.core.files.base import ContentFile

from referralcrm.demo.paper import page_of_text
from referrals.actions import reports
from referrals.models import Obligation, Phrase
from referrals.states import ReportKind

PHRASES = {
    "hold injections": "Please hold further injections until the next review.",
    "home exercises": "A home programme of ten minutes a day was taught and is done on most days.",
    "nothing for now": "Nothing for now. We write again after the next review.",
    "red flags": "No red flags were found: no night sweats, no weight loss, no change in bladder or bowel.",
    "send back if": "Please send them back if the pain returns for more than two weeks.",
}
ARTICLES = ["Shoulder exercises at home", "Running again after a knee injury"]
SHOULDER = {
    "texts": {
        "found": "The rotator cuff is irritated; no tear on testing. Night pain is what troubles them most.",
        "asked": "Please hold further injections until the next review.",
        "next": "Review in three weeks; the next report follows that week.",
        "treatment": "- Graded loading, because the tendon is reactive\n- Manual therapy for the capsule",
        "frequency": "Twice a week for three weeks, then once a week; eight weeks in all.",
        "goals": "Sleep without waking in three weeks. Overhead work without pain in eight.",
    },
    "measures": [
        {
            "name": "Shoulder flexion",
            "unit": "°",
            "better": "higher",
            "baseline": "95",
            "now": "120",
            "goal": "170",
        },
        {
            "name": "Pain at night",
            "unit": "0–10",
            "better": "lower",
            "baseline": "7",
            "now": "4",
            "goal": "1",
        },
        {"name": "SPADI", "unit": "%", "better": "lower", "baseline": "58", "now": "41", "goal": "15"},
    ],
    "cover": "thank you for sending us your patient. It is going well, and the pages below say how.",
}


def make_reports(world):
    """Phrases, a small library, and reports about the first referrals whose report is due."""
    ana, by = world.people["clinician"], world.people["manager"]
    Phrase.objects.bulk_create(Phrase(name=name, text=text) for name, text in PHRASES.items())
    library = [_article(name, by) for name in ARTICLES]
    due = Obligation.objects.ours().due().filter(kind=ReportKind.INITIAL).order_by("due_on", "id")
    for number, promised in enumerate(due.select_related("referral__patient")[:3]):
        draft = reports.start(promised.referral, kind="initial", by=ana, obligation=promised)
        draft = reports.save(draft, by=ana, content=SHOULDER if number < 2 else _half())
        reports.enclose_article(draft, by=ana, article=library[0])
        if number < 2:
            reports.finalise(draft, by=ana)


def _article(name, by):
    return reports.add_article(by=by, name=name, file=ContentFile(page_of_text(name), name="article.pdf"))


def _half() -> dict:
    """A draft that somebody goes on writing."""
    return {"texts": {"found": SHOULDER["texts"]["found"]}, "measures": SHOULDER["measures"][:1]}
