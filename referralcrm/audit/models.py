"""What happened, who did it and to which row; written once and never changed."""

from django.db import models
from django.utils import timezone

from referralcrm.core.keys import new_id


class AuditQuerySet(models.QuerySet):
    def of(self, practice):
        """What happened in one practice."""
        return self.filter(practice_id=practice.pk)

    def changes(self):
        """What was written, the newest first; not who looked at what."""
        return self.exclude(verb="read")

    def older_than(self, event):
        """Those that come after ``event`` when the newest stands first."""
        earlier = models.Q(at__lt=event.at) | models.Q(at=event.at, id__lt=event.pk)
        return self.filter(earlier, at__lte=event.at)


class AuditEvent(models.Model):
    """One fact. No foreign keys: it outlives the rows it speaks of.

    ``changed`` holds names of fields, never values about a patient; ``subjects`` the ids of the
    rows one request read or an import touched.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practice_id = models.UUIDField(null=True, editable=False)
    at = models.DateTimeField(default=timezone.now, editable=False)
    actor_id = models.UUIDField(null=True, editable=False)
    actor_name = models.CharField(max_length=200, default="the system")
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40, blank=True)
    subjects = models.JSONField(default=list)
    changed = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["practice_id", "-at", "-id"], name="audit_newest"),
            models.Index(fields=["practice_id", "subject_type", "-at"], name="audit_by_subject"),
            models.Index(
                fields=["practice_id", "-at", "-id"], name="audit_changes", condition=~models.Q(verb="read")
            ),
        ]

    def __str__(self):
        return f"{self.verb} {self.subject_type}".strip()
