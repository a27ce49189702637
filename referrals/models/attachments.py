"""Paper that came with a referral; fields follow FHIR's DocumentReference where it has a word."""

from django.db import models
from django.utils import timezone

from referralcrm.core.content import CONTENTS
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice import trash
from referralcrm.practice.models import PracticeOwned, StoredFile, User, scoped
from referrals.models.referrals import Referral
from referrals.states import Paper


class AttachmentQuerySet(models.QuerySet):
    def kept(self):
        return self.filter(deleted_at__isnull=True, referral__deleted_at__isnull=True)


class Attachment(PracticeOwned):
    """A fax, letter, card or report. The patient's key seals its title and the key of its file."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="attachments")
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Paper, default=Paper.FAX)
    received_on = models.DateField()
    title_sealed = SealedField()
    title = Sealed("title_sealed", keeper="patient")
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(AttachmentQuerySet)

    class Meta:
        ordering = ["received_on", "id"]
        indexes = [
            models.Index(fields=["practice", "referral"], name="attachment_of_referral"),
            trash.index("attachment_in_trash"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} of {self.received_on}"

    @property
    def patient(self):
        """Whose key seals the title and the file."""
        return self.referral.patient

    @property
    def content(self):
        """What kind of file it is, as told by its bytes when it came."""
        return CONTENTS[self.file.content_type]

    @property
    def file_name(self) -> str:
        """A name that says nothing about the patient and is safe on any disk."""
        return f"{self.kind}-{self.received_on}.{self.content.extension}"
