"""Who else treats the patient, and how the patient found it there."""

from django.db import models


class CareRole(models.TextChoices):
    """What a clinician is to a patient (FHIR CareTeam.participant.role)."""

    PRIMARY_CARE = "primary_care", "primary care"
    SURGEON = "surgeon", "surgeon"
    SPECIALIST = "specialist", "specialist"
    DENTIST = "dentist", "dentist"
    THERAPIST = "therapist", "therapist"
    MENTAL_HEALTH = "mental_health", "mental health"
    OTHER = "other", "another clinician"


class Felt(models.TextChoices):
    """How a patient found it at the partner we sent them to: words, never stars."""

    GOOD = "good", "good"
    MIXED = "mixed", "mixed"
    POOR = "poor", "poor"
