"""Paper that comes and goes with a referral, and what it comes without."""

from django.db import models


class Paper(models.TextChoices):
    """What a piece of paper is."""

    FAX = "fax", "fax"
    LETTER = "letter", "letter"
    CARD = "card", "card"
    REPORT = "report", "report"
    CONSENT = "consent", "consent form"
    OTHER = "other", "other paper"


class Enclosed(models.TextChoices):
    """Where something that goes with a referral is."""

    ENCLOSED = "enclosed", "enclosed"
    TO_FOLLOW = "to_follow", "to follow"
    LEFT_OUT = "left_out", "not needed this time"


PAPER_BYTES = 20 * 1024 * 1024  # the largest file
MOST_PAPER = 60  # files with one referral


class Detail(models.TextChoices):
    """What a referral often comes without."""

    PHONE = "phone", "the patient’s phone number"
    BIRTH_DATE = "birth_date", "the date of birth"
    REASON = "reason", "the reason for the referral"
    INSURER = "insurer", "the insurer"
    IMAGING = "imaging", "imaging or findings"
