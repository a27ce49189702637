"""Documents we write about a patient; fields follow FHIR's Composition where it has a word."""

import json

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from referralcrm.core.content import CONTENTS
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice import files, trash
from referralcrm.practice.models import ActiveQuerySet, Listed, PracticeOwned, StoredFile, User, scoped
from referrals.models.loop import Obligation
from referrals.models.referrals import Referral
from referrals.models.report_parts import AMENDED, DESCRIPTIONS, Part
from referrals.states import ReportStatus, ReportType

LONGEST_TEXT = 8000


class ReportQuerySet(models.QuerySet):
    def kept(self):
        """Not in the trash, and about a referral that is not there either."""
        return self.filter(deleted_at__isnull=True, referral__deleted_at__isnull=True)

    def drafts(self):
        return self.kept().filter(status=ReportStatus.PRELIMINARY)

    def final(self):
        return self.kept().filter(status=ReportStatus.FINAL)

    def standing(self):
        """Final, and not replaced by a later version."""
        later = Report.objects.final().filter(amends=OuterRef("pk"))
        return self.final().filter(~Exists(later))

    def with_all(self):
        """With all that a page names, so that it needs no further query."""
        return self.select_related(
            "referral__patient", "referral__partner", "referral__location", "author", "amends", "obligation"
        )


class Report(PracticeOwned):
    """One document: a draft until somebody signs it, then kept as it is (the database sees to that).

    What is final is changed by a new row that ``amends`` it. ``author`` is who writes, and once it is
    final who signed. ``number`` counts the practice's final documents.
    """

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="reports")
    obligation = models.ForeignKey(
        Obligation, null=True, on_delete=models.SET_NULL, related_name="documents"
    )  # the promised report it meets
    kind = models.CharField(max_length=16, choices=ReportType)
    status = models.CharField(max_length=11, choices=ReportStatus, default=ReportStatus.PRELIMINARY)
    number = models.PositiveIntegerField(null=True, editable=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    amends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    content_sealed = SealedField()
    content_text = Sealed("content_sealed", keeper="patient")
    pdf = models.OneToOneField(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    saved_at = models.DateTimeField(default=timezone.now, editable=False)
    finalised_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = scoped(ReportQuerySet)

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [
            models.Index(fields=["practice", "referral"], name="report_of_referral"),
            trash.index("report_in_trash"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["practice", "number"], name="report_number_once"),
            models.UniqueConstraint(
                fields=["amends"], condition=Q(deleted_at__isnull=True), name="report_amended_once"
            ),
            models.CheckConstraint(
                condition=Q(status=ReportStatus.PRELIMINARY, number__isnull=True, pdf__isnull=True)
                | Q(
                    status=ReportStatus.FINAL,
                    number__isnull=False,
                    pdf__isnull=False,
                    finalised_at__isnull=False,
                    deleted_at__isnull=True,
                ),
                name="report_final_is_whole",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}" if self.is_final else self.get_kind_display()

    def get_absolute_url(self):
        return reverse("referrals:document", args=[self.pk])

    @property
    def patient(self):
        """Whose key seals the words and the PDF."""
        return self.referral.patient

    @property
    def is_final(self) -> bool:
        return self.status == ReportStatus.FINAL

    @property
    def title(self) -> str:
        """What it is called at its head; nothing of the patient."""
        return DESCRIPTIONS[self.kind].title

    @property
    def noun(self) -> str:
        """ "report" or "letter"."""
        return DESCRIPTIONS[self.kind].noun

    @property
    def called(self) -> str:
        """What a sentence calls it: "report 12", "letter 12", or without a number while it is a draft."""
        return f"{self.noun} {self.number}" if self.is_final else self.noun

    @property
    def parts(self) -> tuple[Part, ...]:
        """What stands in it, in order."""
        parts = DESCRIPTIONS[self.kind].parts
        return (AMENDED, *parts) if self.amends_id else parts

    @property
    def content(self) -> dict:
        """What is written: ``texts`` (part → words), ``measures`` (rows of ``models.measures``),
        ``not_applicable`` (names of parts) and ``cover`` (the covering letter).
        """
        said = json.loads(self.content_text) if self.content_sealed else {}
        return {"texts": {}, "measures": [], "not_applicable": [], "cover": ""} | said

    @content.setter
    def content(self, content: dict):
        self.content_text = json.dumps(content)

    @property
    def file_name(self) -> str:
        """A name that says nothing about the patient and is safe on any disk."""
        return f"{self.noun}-{self.number}.pdf" if self.is_final else "draft.pdf"


class Phrase(Listed):
    """Words that come up often, put into a report with a few keys. About no patient."""

    text = models.TextField("the words", max_length=2000)
    is_active = models.BooleanField("offered now", default=True)


class Article(Listed):
    """A PDF the practice encloses with reports: a leaflet, a study, a price list. About no patient."""

    LONGEST_NAME = 120

    name = models.CharField("title", max_length=LONGEST_NAME)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField("offered now", default=True)

    objects = scoped(ActiveQuerySet)

    @property
    def content(self):
        return CONTENTS[self.file.content_type]


class ReportFile(PracticeOwned):
    """What goes along with a report: a file of the patient's, sealed with their key, or an article."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    file = models.OneToOneField(StoredFile, null=True, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, null=True, on_delete=models.PROTECT, related_name="+")

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False, article__isnull=True)
                | Q(file__isnull=True, article__isnull=False),
                name="report_file_is_a_file_or_an_article",
            ),
            models.UniqueConstraint(
                fields=["report", "article"],
                name="report_article_once",
                violation_error_message="This article is enclosed already.",
            ),
        ]

    @property
    def stored(self) -> StoredFile:
        return self.file or self.article.file

    @property
    def keeper(self):
        """Whose key seals the file; None for an article."""
        return self.report.patient if self.file_id else None

    @property
    def content(self):
        """What kind of file it is, as told by its bytes."""
        return CONTENTS[self.stored.content_type]

    @property
    def name(self) -> str:
        """What it is called in the report: an article's title, or the file's own name."""
        return self.article.name if self.article_id else files.name_of(self.file, keeper=self.report.patient)

    @property
    def file_name(self) -> str:
        """A name that says nothing about the patient and is safe on any disk."""
        return f"enclosure.{self.content.extension}"
