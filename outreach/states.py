"""The states of a message, a task and a weekly run."""

from django.db import models


class MessageState(models.TextChoices):
    PENDING = "pending", "scheduled"
    CLAIMED = "claimed", "leaving now"
    DISPATCHING = "dispatching", "being handed over"
    SENT = "sent", "sent"
    FAILED = "failed", "refused by the mail server"
    IN_DOUBT = "in_doubt", "may not have arrived"
    HELD = "held", "waiting for a person"
    SUPPRESSED = "suppressed", "not sent"
    CANCELLED = "cancelled", "taken back"


M = MessageState
UNCLAIMED = frozenset({M.PENDING, M.HELD})
IN_FLIGHT = frozenset({M.CLAIMED, M.DISPATCHING})
NEEDS_ANSWER = frozenset({M.FAILED, M.IN_DOUBT})


class Hold(models.TextChoices):
    """Why a message waits for a person."""

    APPROVAL = "approval", "waiting for approval"
    LONG_AGO = "long_ago", "it happened more than 14 days ago"
    NO_ADDRESS = "no_address", "no e-mail address"
    PARTNER_ENDED = "partner_ended", "the partner moved, retired or died"
    FRICTION = "friction", "something was hard for them and is not answered yet"
    EXPIRED = "expired", "it could not leave for 14 days"
    RESTORED = "restored", "the database was restored from a backup"


class Suppression(models.TextChoices):
    """Why a message will not be sent."""

    OPTED_OUT = "opted_out", "they asked for no e-mail"
    BOUNCED = "bounced", "mail to this address came back"
    ENDED = "ended", "the relationship has ended"
    NOBODY = "nobody", "the person cannot sign in any more"


class RuleKind(models.TextChoices):
    THANK_YOU = "thank_you", "Thanks for each patient"
    DIGEST = "digest", "People to keep in touch with this week"
    REPORT_NOTICE = "report_notice", "A report is ready"
    STATUS_NOTICE = "status_notice", "News the partner asked for"
    PORTAL_CODE = "portal_code", "The code for a link"
    STORY = "story", "A success story"
    COMPLIMENT = "compliment", "A compliment passed on"
    REPORT_THANKS = "report_thanks", "Thanks for a report"


# What these carry is written down nowhere: it is put in as the mail leaves.
CARRIES = {RuleKind.REPORT_NOTICE: "link", RuleKind.STATUS_NOTICE: "link", RuleKind.PORTAL_CODE: "code"}
THANKS = frozenset({RuleKind.THANK_YOU, RuleKind.REPORT_THANKS})  # one note for what comes within a week
# Their words are a person's, who approved them; they are not changed on the way.
STORIES = frozenset({RuleKind.STORY, RuleKind.COMPLIMENT})


class StoryWay(models.TextChoices):
    """How a story or a compliment reaches a partner."""

    EMAIL = "email", "by e-mail"
    POST = "post", "by post"
    BY_HAND = "by_hand", "by hand, given to them now"


class Approval(models.TextChoices):
    AUTOMATIC = "automatic", "goes out by itself"
    DRAFT = "draft", "waits for approval"


class TaskKind(models.TextChoices):
    CHECK_IN = "check_in", "keep in touch"
    THANK_CARD = "thank_card", "thank with a handwritten card"
    THANK_CALL = "thank_call", "thank with a call"
    PERSONAL_THANKS = "personal_thanks", "thank in person"
    ASK_SOURCE = "ask_source", "ask who recommended us"
    QUALITY = "quality", "look into a quality flag"
    NEXT_STEP = "next_step", "next step"
    SEND_REPORT = "send_report", "post or fax a report"
    CHASE = "chase", "ask for a report"
    SEND_STORY = "send_story", "post a story"
    REFER_BACK = "refer_back", "suggest a primary-care clinician"
    MEET = "meet", "meet them"
    INTRODUCE = "introduce", "introduce yourself"
    OTHER = "other", "task"


ABOUT_A_PARTNER = frozenset({TaskKind.MEET, TaskKind.INTRODUCE})  # suggested once in all time for each


class TaskState(models.TextChoices):
    """FHIR Task.status words where it has them."""

    REQUESTED = "requested", "to do"
    COMPLETED = "completed", "done"
    REJECTED = "rejected", "skipped"
    CANCELLED = "cancelled", "no longer needed"


class TouchpointKind(models.TextChoices):
    CALL = "call", "Call"
    VISIT = "visit", "Visit"
    LUNCH = "lunch", "Lunch"
    MDT = "mdt", "MDT meeting"
    LETTER = "letter", "Letter or card"
    MESSAGE = "message", "Message"
    GIFT = "gift", "Gift"
    EVENT = "event", "Event"
    ADVICE = "advice", "Question"  # written by the question itself (referrals), never by hand
    NOTE = "note", "Note"


EVENTS = frozenset({TouchpointKind.EVENT, TouchpointKind.LUNCH, TouchpointKind.MDT})  # several people met
BY_HAND = [choice for choice in TouchpointKind.choices if choice[0] != TouchpointKind.ADVICE]


class OriginKind(models.TextChoices):
    """What led to a referral."""

    CONTACT = "contact", "a contact with them"
    INTRODUCTION = "introduction", "somebody introduced us"
    EVENT = "event", "an event"


REAL_CONTACTS = frozenset(set(TouchpointKind) - {TouchpointKind.NOTE})  # what resets the clock


class RunState(models.TextChoices):
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
