"""What people write where we have a list to choose from."""

from functools import lru_cache

from partners.states import Channel as ThanksChannel
from partners.states import Circle, ContactRole, Ending, Kind, Stage
from referralcrm.exchange.columns.guessing import plain
from referralcrm.exchange.states import Outcome
from referrals.states import Channel, Direction, Journey, Loop, Source, Urgency

YES = frozenset("yes y true t 1 x on ✓ ✔ ja j oui o si s sim".split())  # noqa: SIM905
NO = frozenset("no n false f 0 off nein non nao none".split())  # noqa: SIM905

# As ``plain`` text, with commas between them.
SAID = {
    Outcome: {
        Outcome.CAME: (
            "attended, seen, showed, arrived, completed, complete, checked in, checked out, kept, fulfilled, "
            "visited, present, done, yes, y, true, 1, erschienen, gekommen, ja"
        ),
        Outcome.NO_SHOW: (
            "no show, noshow, ns, dna, fta, absent, missed, failed to attend, did not attend, no, n, false, "
            "0, nicht erschienen, nicht gekommen, nein"
        ),
        Outcome.REBOOKED: (
            "rebook, rescheduled, reschedule, moved, postponed, changed, new appointment, verschoben"
        ),
    },
    Direction: {
        Direction.RECEIVED: "in, inbound, incoming, from, referred in, received from, referred from",
        Direction.SENT: "out, outbound, outgoing, to, referral out, referred out, sent to, referred to",
    },
    Journey: {
        Journey.REQUESTED: (
            "new, open, pending, received, referred, waiting, waitlist, not booked, active, offen, neu"
        ),
        Journey.ACCEPTED: "approved",
        Journey.SCHEDULED: "scheduled, appointment made, appt made, appointment booked, confirmed",
        Journey.ATTENDED: (
            "came, seen, showed, arrived, attended, visited, evaluated, checked in, kept, yes, y, true, 1, "
            "erschienen, gekommen, ja"
        ),
        Journey.IN_CARE: "in treatment, under care, ongoing, in progress, treating",
        Journey.COMPLETED: "complete, done, discharged, finished, closed, abgeschlossen, beendet",
        Journey.NO_SHOW: (
            "no show, noshow, ns, dna, fta, absent, missed, failed to attend, did not attend, no, n, false, "
            "0, nicht erschienen, nicht gekommen, nein"
        ),
        Journey.CANCELLED: "canceled, cancel, cxl, cancelled by patient, withdrawn, abgesagt, storniert",
        Journey.DECLINED: "rejected, refused, not accepted",
        Journey.PATIENT_DECLINED: "declined by patient, not interested, patient refused",
        Journey.UNREACHABLE: "no answer, unable to contact, could not reach, no response, lost",
        Journey.DISCONTINUED: "dropped out, stopped, self discharged, discontinued",
    },
    Urgency: {
        Urgency.ROUTINE: "normal, non urgent, low, standard, elective, no, 3",
        Urgency.URGENT: "high, priority, yes, 2",
        Urgency.ASAP: "asap, soon, 1",
        Urgency.STAT: "emergency, emergent, immediate",
    },
    Channel: {
        Channel.PHONE: "call, telephone, phone call, verbal",
        Channel.FAX: "efax, e fax, faxed",
        Channel.LETTER: "mail, post, paper",
        Channel.EMAIL: "email, mail message",
        Channel.PORTAL: "portal, online, web, website, electronic, ehr, emr, online form, webform",
        Channel.IN_PERSON: "walk in, walkin, visit",
        Channel.PATIENT: "patient, self",
    },
    Source: {
        Source.PARTNER: "partner, doctor, physician, dentist, provider, gp, practice, clinic, referrer",
        Source.SELF: "self, self referral, patient, walk in",
        Source.FORMER_PATIENT: "former patient, existing patient, past patient, returning patient",
        Source.FAMILY_OR_STAFF: "family, friend, staff, employee, word of mouth, friend or family, relative",
        Source.ONLINE: "google, internet, website, web, search, social media, facebook, instagram, online",
        Source.UNKNOWN: "unknown, other, not known",
    },
    Loop: {
        Loop.SENT: "yes, done, report sent",
        Loop.DUE: "outstanding, open, pending, overdue",
        Loop.NOT_REQUIRED: "none, no, n a, na, not needed",
    },
    ThanksChannel: {
        ThanksChannel.EMAIL: "email, mail",
        ThanksChannel.PHONE: "phone, call, telephone, mobile",
        ThanksChannel.CARD: "card, letter, post, handwritten, fax, mail card",
    },
    Stage: {
        Stage.PROSPECT: "prospect, new, lead, potential, target",
        Stage.CONTACTED: "contact made, attempted",
        Stage.MET: "visited, meeting held",
        Stage.ACTIVE: "current, customer, open, yes",
        Stage.DORMANT: "inactive, lapsed, quiet, cold",
    },
    Circle: {
        Circle.INNER: "inner, a, 1, top, high, vip, gold, key",
        Circle.NETWORK: "b, 2, medium, normal, standard, silver",
        Circle.LIGHT: "light, c, 3, low, bronze",
    },
    Kind: {
        Kind.REGULAR: "normal, standard",
        Kind.ADVICE: "advice, advisor, consultant",
    },
    ContactRole: {
        ContactRole.RECEPTION: "reception, front desk, receptionist, front office, secretary, office staff",
        ContactRole.COORDINATOR: "coordinator, referral coordinator, care coordinator, scheduler, referrals",
        ContactRole.MANAGER: "manager, office manager, practice administrator, administrator, director",
        ContactRole.ASSISTANT: "assistant, medical assistant, ma, nurse, dental assistant, pa",
    },
    Ending: {
        Ending.MOVED: "moved",
        Ending.STOPPED: "stopped, ended",
        Ending.DIED: "deceased, dead",
    },
}


@lru_cache(maxsize=32)
def meanings(choices) -> dict[str, str]:
    """{what people write, as ``plain`` text: stored value}; our own values and labels come first."""
    own = {plain(word): choice.value for choice in choices for word in (choice.value, choice.label)}
    said = {
        plain(word): choice for choice, words in SAID.get(choices, {}).items() for word in words.split(",")
    }
    return {word: str(value) for word, value in (said | own).items() if word}
