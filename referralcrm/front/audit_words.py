"""What an audit event says in plain words, with the names of the rows it speaks of."""

from dataclasses import dataclass

from django.urls import reverse

from partners.models import Organisation, Partner
from referralcrm.audit.models import AuditEvent
from referralcrm.practice.models import User
from referrals.models import Delivery, Report
from referrals.models.report_parts import DESCRIPTIONS

# model name: (one, many)
KINDS = {
    "partner": ("a partner", "partners"),
    "organisation": ("an organisation", "organisations"),
    "affiliation": ("a partner’s office", "partners’ offices"),
    "contact": ("a contact at an office", "contacts at offices"),
    "discipline": ("a discipline", "disciplines"),
    "patient": ("a patient", "patients"),
    "referral": ("a referral", "referrals"),
    "attachment": ("paper with a referral", "pieces of paper with referrals"),
    "detailsrequest": ("a request for details", "requests for details"),
    "consent": ("a consent", "consents"),
    "story": ("a story without names", "stories without names"),
    "careteammember": ("a patient’s other clinician", "patients’ other clinicians"),
    "advicerequest": ("a question", "questions"),
    "patientmerge": ("two records of a patient", "pairs of records of patients"),
    "obligation": ("a promised report", "promised reports"),
    "report": ("a report or letter", "reports and letters"),
    "delivery": ("a report or letter to a partner", "reports and letters to partners"),
    "statusnotice": ("news for a partner", "news for partners"),
    "offer": ("whom a patient was offered", "whom patients were offered"),
    "portallink": ("a partner’s link", "partners’ links"),
    "friction": ("what was hard for a partner", "things that were hard for partners"),
    "agreement": ("what is agreed with a partner", "what is agreed with partners"),
    "likelypair": ("two who may be one", "pairs who may be one"),
    "merge": ("two partners made one", "pairs of partners made one"),
    "paperwork": ("a line of a partner’s checklist", "lines of a partner’s checklist"),
    "enclosure": ("what goes with a referral", "things that go with referrals"),
    "experience": ("what a patient said", "what patients said"),
    "qualityflag": ("a quality flag", "quality flags"),
    "touchpoint": ("a contact", "contacts"),
    "task": ("a task", "tasks"),
    "message": ("a message", "messages"),
    "rule": ("a rule", "rules"),
    "cadence": ("a check-in interval", "check-in intervals"),
    "run": ("the week’s list", "weekly lists"),
    "user": ("a person here", "people here"),
    "practice": ("the practice", "practices"),
    "location": ("a location", "locations"),
    "service": ("a service", "services"),
    "plan": ("an insurance plan", "insurance plans"),
    "article": ("an article to enclose", "articles to enclose"),
    "phrase": ("a phrase", "phrases"),
    "condition": ("a condition or need", "conditions and needs"),
    "licence": ("a licence or registration", "licences and registrations"),
    "closedday": ("a closed day", "closed days"),
    "batch": ("a change of several", "changes of several"),
    "savedview": ("a view of a list", "views of lists"),
    "export": ("a list", "lists"),
    "import": ("a spreadsheet", "spreadsheets"),
    "outcomefile": ("a file of outcomes", "files of outcomes"),
    "auditevent": ("the audit log", "the audit log"),
}
# what a document can be told to be; {} is "report" or "letter"
DOCUMENTS = {"report": (Report, "kind", "a {}"), "delivery": (Delivery, "report__kind", "a {} to a partner")}
NAMED = {"partner": Partner, "organisation": Organisation, "user": User}
PAGES = {"partner": "partners:detail", "user": "practice:person"}
INSTEAD = {
    "read": "read the data of",
    "refused": "was refused a page",
}

# the page a note names → where somebody read, as people say it
PLACES = {
    "front:today": "on Today",
    "front:search": "by the search box",
    "partners:detail": "on the page of a partner",
    "referrals:list": "in the list of referrals",
    "referrals:detail": "on the page of a referral",
    "referrals:create": "while logging a referral",
    "referrals:log_many": "while logging many referrals",
    "referrals:log_many_row": "while logging many referrals",
    "referrals:look": "while logging a referral",
    "referrals:update": "while correcting a referral",
    "referrals:patient": "while correcting the patient",
    "referrals:attach": "while attaching paper",
    "referrals:attachment": "by opening paper with a referral",
    "referrals:goes_with": "while writing down what goes with a referral",
    "referrals:tick": "while ticking what goes with a referral",
    "referrals:arrived": "while attaching a report",
    "referrals:start_report": "while beginning a report or letter",
    "referrals:write_report": "while writing a report or letter",
    "referrals:keep_report": "while writing a report or letter",
    "referrals:preview_report": "by looking at its pages",
    "referrals:finalise_report": "while signing a report or letter",
    "referrals:amend_report": "while amending a report or letter",
    "referrals:document": "on the page of a report or letter",
    "referrals:report_pdf": "by opening the PDF",
    "referrals:enclose": "while enclosing a file",
    "referrals:enclosed": "by opening what goes along",
    "referrals:cover_letter": "to print the covering letter",
    "referrals:send_report": "while sending a report or letter",
    "referrals:delivery": "while noting what became of a report or letter",
    "referrals:delivery_letter": "to print the covering letter",
    "referrals:delivery_fax": "to print the sheet for a fax",
    "portal:page": "on their own page",
    "portal:paper": "by downloading it",
    "front:reports": "on the board of reports",
    "referrals:experience": "while changing what a patient said",
    "referrals:note_experience": "while writing down what a patient said",
    "referrals:raise_flag": "while raising a quality flag",
    "referrals:answer_flag": "while answering a quality flag",
    "referrals:ask": "while asking for details",
    "referrals:details": "while answering a request for details",
    "referrals:request_letter": "to print a request for details",
    "outreach:story": "with a story before it is shared",
    "outreach:tell_story": "while writing a story",
    "outreach:retell_story": "while changing a story",
    "referrals:consent": "while recording a consent",
    "referrals:consent_form": "to print a consent form",
    "referrals:care_team": "while noting who treats a patient",
    "referrals:finish": "while finishing a referral",
    "referrals:same_patients": "in the list of patients who may be one",
    "referrals:other_record": "while looking for a patient’s other record",
    "referrals:merge": "with two records side by side",
    "referrals:unmerge": "while taking two patients apart",
    "referrals:advice": "in the list of questions",
    "referrals:advice_request": "on the page of a question",
    "referrals:update_advice": "while correcting a question",
    "referrals:advice_letter": "while writing a question on paper",
    "referrals:advice_letter_page": "to print a question",
    "referrals:answer_advice": "while answering a question",
    "referrals:move": "while taking a step",
    "referrals:report": "while answering for a report",
    "referrals:phone": "by opening the phone number",
    "referrals:pass_on": "while passing a patient on",
    "exchange:export": "in an export",
    "print:today": "on the day’s list, printed",
    "print:partner": "as a card",
    "print:thanks_card": "as a thank-you card",
    "print:envelope": "as an envelope",
    "print:labels_pdf": "as address labels",
}


@dataclass(frozen=True)
class Line:
    """One event as a person reads it. ``what`` is the row's name or kind, ``url`` its page or empty."""

    event: AuditEvent
    verb: str
    what: str
    url: str
    changed: str

    @property
    def note(self) -> str:
        return PLACES.get(self.event.note, self.event.note)

    @property
    def sentence(self) -> str:
        return " ".join(filter(None, [self.event.actor_name, self.verb, self.what]))


def in_words(events) -> list[Line]:
    """A page of events, with one query for each kind of row that has a name."""
    names = _names(events)
    return [_line(event, names) for event in events]


def _line(event, names):
    kind, subjects = event.subject_type, event.subjects
    only = subjects[0] if len(subjects) == 1 else None
    page = PAGES.get(kind) if names.get((kind, only)) else None
    return Line(
        event=event,
        verb=INSTEAD.get(event.verb, event.verb),
        what=names.get((kind, only)) or _count(kind, len(subjects)),
        url=reverse(page, args=[only]) if page else "",
        changed=", ".join(name.replace("_", " ") for name in event.changed),
    )


def _count(kind, number):
    one, many = KINDS.get(kind, (kind, kind))
    return f"{number} {many}" if number > 1 else one


def _names(events):
    """(kind, id) → name, for the kinds whose rows are called by a name; never a patient's."""
    found = {}
    for kind, model in NAMED.items():
        ids = [
            event.subjects[0] for event in events if event.subject_type == kind and len(event.subjects) == 1
        ]
        if ids:
            practice_id = events[0].practice_id
            rows = model.objects.filter(pk__in=ids, practice_id=practice_id).values_list("pk", "name")
            found |= {(kind, str(pk)): name for pk, name in rows}
    return found | _documents(events)


def _documents(events):
    """(kind, id) → what it is, "a letter" or "a report to a partner", of the documents that are named."""
    found = {}
    for kind, (model, path, words) in DOCUMENTS.items():
        ids = [
            event.subjects[0] for event in events if event.subject_type == kind and len(event.subjects) == 1
        ]
        for pk, written in model.objects.filter(pk__in=ids).values_list("pk", path) if ids else ():
            found[kind, str(pk)] = words.format(DESCRIPTIONS[written].noun)
    return found
