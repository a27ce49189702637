"""What people write where we have a list to choose from."""

from functools import lru_cache

from partners.states import Channel as ThanksChannel
from partners.states import Circle, ContactRole, Ending, Kind, Stage
from referralcrm.exchange.columns.guessing import plain
from referrals.states import Channel, Direction, Journey, Loop, Source, Urgency

YES = frozenset("yes y true t 1 x on ✓ ✔ ja j oui o si sí s sim".split())
NO = frozenset("no n false f 0 off nein non nao não none".split())

# As ``plain`` text, with commas between them.
SAID = {
    Direction.RECEIVED: "in, inbound, incoming, from, referral in, referred in, received from, referred from",
    Direction.SENT: "out, outbound, outgoing, to, referral out, referred out, sent to, referred to",
    Journey.REQUESTED: "new, open, pending, received, referred, waiting, waitlist, to call, not booked, active",
    Journey.ACCEPTED: "approved",
    Journey.SCHEDULED: "scheduled, appointment made, appt made, appointment booked, confirmed",
    Journey.ATTENDED: (
        "came, seen, showed, show, arrived, attended, visited, evaluated, checked in, kept, yes, y, true, 1"
    ),
    Journey.IN_CARE: "in treatment, under care, ongoing, in progress, treating",
    Journey.COMPLETED: "complete, done, discharged, finished, closed",
    Journey.NO_SHOW: (
        "no show, noshow, ns, dna, fta, absent, missed, failed to attend, missed appointment, no, n, false, 0"
    ),
    Journey.CANCELLED: "canceled, cancel, cxl, cancelled by patient, withdrawn",
    Journey.DECLINED: "rejected, refused, not accepted",
    Journey.PATIENT_DECLINED: "declined by patient, not interested, patient refused",
    Journey.UNREACHABLE: "no answer, unable to contact, could not reach, lost, no response, unable to reach",
    Journey.DISCONTINUED: "dropped out, stopped, self discharged, discontinued",
    Urgency.ROUTINE: "normal, non urgent, low, standard, elective, no, 3",
    Urgency.URGENT: "high, priority, yes, 2",
    Urgency.ASAP: "asap, soon, 1",
    Urgency.STAT: "emergency, emergent, immediate",
    Channel.PHONE: "call, telephone, phone call, verbal",
    Channel.FAX: "efax, e fax, faxed",
    Channel.LETTER: "mail, post, paper",
    Channel.EMAIL: "email, mail message",
    Channel.PORTAL: "portal, online, web, website, electronic, ehr, emr, online form, webform",
    Channel.IN_PERSON: "walk in, walkin, visit",
    Channel.PATIENT: "patient, self",
    Source.PARTNER: "partner, doctor, physician, dentist, provider, gp, professional, practice, clinic, referrer",
    Source.SELF: "self, self referral, patient, walk in",
    Source.FORMER_PATIENT: "former patient, existing patient, past patient, returning patient, previous patient",
    Source.FAMILY_OR_STAFF: "family, friend, staff, employee, word of mouth, friend or family, relative",
    Source.ONLINE: "google, internet, website, web, search, social media, facebook, instagram, online",
    Source.UNKNOWN: "unknown, other, not known",
    Loop.SENT: "yes, done, report sent",
    Loop.DUE: "outstanding, open, pending, overdue",
    Loop.NOT_REQUIRED: "none, no, n a, na, not needed",
    ThanksChannel.EMAIL: "email, mail",
    ThanksChannel.PHONE: "phone, call, telephone, mobile",
    ThanksChannel.CARD: "card, letter, post, handwritten, fax, mail card",
    Stage.PROSPECT: "prospect, new, lead, potential, target",
    Stage.CONTACTED: "contact made, attempted",
    Stage.MET: "visited, meeting held",
    Stage.ACTIVE: "current, customer, open, yes",
    Stage.DORMANT: "inactive, lapsed, quiet, cold",
    Circle.INNER: "inner, a, 1, top, high, vip, gold, key",
    Circle.NETWORK: "b, 2, medium, normal, standard, silver",
    Circle.LIGHT: "light, c, 3, low, bronze",
    Kind.REGULAR: "normal, standard",
    Kind.ADVICE: "advice, advisor, consultant",
    ContactRole.RECEPTION: "reception, front desk, receptionist, front office, secretary, office staff",
    ContactRole.COORDINATOR: "coordinator, referral coordinator, care coordinator, scheduler, referrals",
    ContactRole.MANAGER: "manager, office manager, practice administrator, administrator, director",
    ContactRole.ASSISTANT: "assistant, medical assistant, ma, nurse, dental assistant, pa",
    Ending.MOVED: "moved",
    Ending.STOPPED: "stopped, ended",
    Ending.DIED: "deceased, dead",
}


@lru_cache(maxsize=32)
def meanings(choices) -> dict[str, str]:
    """{what people write, as ``plain`` text: stored value}; our own values and labels come first."""
    own = {plain(word): choice.value for choice in choices for word in (choice.value, choice.label)}
    said = {
        plain(word): choice.value
        for choice in choices
        for word in SAID_OF.get((choices, choice.value), "").split(",")
    }
    return {word: value for word, value in (said | own).items() if word}


# Members of different lists are equal as text (both are "phone"), so each is kept with its list.
SAID_OF = {(type(choice), choice.value): said for choice, said in ()}
