"""Questions between clinicians."""

from django.db import models


class AdviceDirection(models.TextChoices):
    """Who asked whom; the values are those of a referral's direction."""

    RECEIVED = "received", "we were asked"
    SENT = "sent", "we asked"


class AdviceKind(models.TextChoices):
    IMAGING = "imaging", "a look at images"
    MANAGEMENT = "management", "how to manage"
    PRESCRIPTION = "prescription", "a prescription"
    URGENT = "urgent", "urgent"


class AdviceChannel(models.TextChoices):
    PHONE = "phone", "phone"
    TEXT = "text", "text message"
    EMAIL = "email", "e-mail"
    LETTER = "letter", "letter"
    FAX = "fax", "fax"
    PORTAL = "portal", "a portal"
    IN_PERSON = "in_person", "in person"


class AdviceStep(models.TextChoices):
    """What the answer leads to."""

    MANAGE = "manage", "manage it there"
    INVESTIGATE = "investigate", "investigate"
    REFER = "refer", "refer"
    OTHER = "other", "something else"
