"""The documents we write, and the ways they go to a partner."""

from django.db import models


class ReportType(models.TextChoices):
    """What a document we write about a patient is; ``models.report_parts`` says what stands in it."""

    INITIAL = "initial", "initial report"
    INTERIM = "interim", "progress report"
    DISCHARGE = "discharge", "discharge report"
    SECOND_OPINION = "second_opinion", "second opinion"
    REFERRAL_LETTER = "referral_letter", "referral letter"


class ReportStatus(models.TextChoices):
    """FHIR Composition.status: a draft, and what was signed and stays as it is."""

    PRELIMINARY = "preliminary", "draft"
    FINAL = "final", "final"


class Better(models.TextChoices):
    """In which direction a measure gets better; without one no change is computed."""

    UNSET = "", "not said"
    HIGHER = "higher", "higher is better"
    LOWER = "lower", "lower is better"


MOST_MEASURES = 24  # rows of one report
MOST_ENCLOSED = 12  # files with one report


class DeliveryChannel(models.TextChoices):
    """How a report goes to a partner."""

    LINK = "link", "by a link in an e-mail"
    POST = "post", "by post"
    FAX = "fax", "by fax"
    BY_HAND = "by_hand", "by hand"

    @property
    def done(self) -> str:
        """What has happened when it has gone."""
        return {"link": "link sent", "post": "posted", "fax": "faxed"}.get(self.value, "handed over")


class Closed(models.TextChoices):
    """Why a report that was sent is no longer to be had by whoever it was sent to."""

    TAKEN_BACK = "taken_back", "somebody took it back"
    CONSENT = "consent", "the patient withdrew their consent"
    LEFT_TEAM = "left_team", "they no longer treat this patient"
    NOT_TREATING = "not_treating", "they are no longer marked as a treating provider"


BY_HAND = frozenset({DeliveryChannel.POST, DeliveryChannel.FAX})  # a person does it, and ticks it
