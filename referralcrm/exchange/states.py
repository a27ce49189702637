"""The words an import is described with."""

from django.db import models


class Sheet(models.TextChoices):
    """What the rows of a spreadsheet are."""

    PARTNERS = "partners", "Partners: the people and places you exchange patients with"
    CONTACTS = "contacts", "Other people at a partner’s office"
    REFERRALS = "referrals", "Past referrals"


class State(models.TextChoices):
    UPLOADED = "uploaded", "columns to be matched"
    CHECKING = "checking", "being checked"
    CHECKED = "checked", "checked, not brought in yet"
    IMPORTING = "importing", "being brought in"
    DONE = "done", "brought in"
    UNDOING = "undoing", "being undone"
    UNDONE = "undone", "undone"
    DISCARDED = "discarded", "discarded"
    FAILED = "failed", "could not be read"


AT_WORK = frozenset({State.CHECKING, State.IMPORTING, State.UNDOING})
BEFORE = frozenset({State.UPLOADED, State.CHECKED, State.FAILED})  # nothing has been brought in yet


class Level(models.TextChoices):
    BAD = "bad", "stays out"
    WARNING = "warning", "worth a look"
    ALIKE = "alike", "may be here already"


class Choice(models.TextChoices):
    """What becomes of a row that is, or may be, here already."""

    SKIP = "skip", "skip it"
    UPDATE = "update", "fill in what is empty"
    CREATE = "create", "add it as a new one"


class Unsaid(models.TextChoices):
    """What became of a patient when the row does not say."""

    OVER = "over", "complete, when it is older than 90 days"
    OPEN = "open", "still open"


class Made(models.TextChoices):
    """What an import makes or changes, as its batches call it."""

    PARTNERS = "partner", "partners"
    FILLED = "filled", "partners filled in"
    ORGANISATIONS = "organisation", "offices"
    DISCIPLINES = "discipline", "professions"
    CONTACTS = "contact", "people at an office"
    FILLED_CONTACTS = "contacts", "people at an office filled in"
    PATIENTS = "patient", "patients"
    REFERRALS = "referral", "referrals"


class Outcome(models.TextChoices):
    """What the practice's own system says of an appointment."""

    CAME = "came", "came"
    NO_SHOW = "no_show", "did not come"
    REBOOKED = "rebooked", "rebooked"
