"""What a patient agrees to, and what is told with it."""

from django.db import models


class ConsentScope(models.TextChoices):
    """What a patient agrees that we pass on."""

    REPORT = "report", "reports"
    REFERRAL = "referral", "referral letters"
    STORY = "story", "a success story"
    COMPLIMENT = "compliment", "a compliment"


IDENTIFIABLE = frozenset({ConsentScope.REPORT, ConsentScope.REFERRAL})  # for treating providers only


class ConsentTo(models.TextChoices):
    """Whom a consent names."""

    OTHER_SIDE = "other_side", "the partner of this referral"
    PARTNER = "partner", "a partner named here"
    CARE_TEAM = "care_team", "all clinicians who treat the patient"


class ConsentHow(models.TextChoices):
    WRITTEN = "written", "in writing"
    SPOKEN = "spoken", "spoken"
    ELECTRONIC = "electronic", "an electronic form"


class StoryKind(models.TextChoices):
    """What is told about a patient who cannot be recognised; the values are those of ConsentScope."""

    STORY = ConsentScope.STORY.value, "success story"
    COMPLIMENT = ConsentScope.COMPLIMENT.value, "compliment"


CONSENT_ENDS_SOON = 14  # days before its last one on which a page says so
