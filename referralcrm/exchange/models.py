"""A spreadsheet on its way in: what it is, how it is read, what was found in it and what came of it."""

import json
from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from referralcrm.core.crypto import unwrap, wrap
from referralcrm.exchange.outcomes.models import OutcomeFile  # noqa: F401
from referralcrm.exchange.outgoing.models import Export, ExportPart  # noqa: F401  (tables of this app)
from referralcrm.exchange.states import AT_WORK, BEFORE, Choice, Level, Sheet, State, Unsaid
from referralcrm.practice.models import PracticeOwned, StoredFile, User, scoped
from referrals.states import Direction

UNDO_DAYS = 30


class ImportQuerySet(models.QuerySet):
    def at_work(self):
        """With something left for a worker to do."""
        return self.filter(state__in=AT_WORK)

    def to_forget(self, now):
        """Whose file is no longer needed: what came in can no longer be undone, or nobody went on with it."""
        then = now - timedelta(days=UNDO_DAYS)
        over = models.Q(finished_at__lt=then) | models.Q(created_at__lt=then, state__in=BEFORE)
        return self.filter(over, file__isnull=False)

    def waiting(self, now):
        """At work, and no worker has hold of it (a lease that ends too late was given by another clock)."""
        lease = timedelta(seconds=settings.IMPORT_LEASE_SECONDS)
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lte=now)
        return self.at_work().filter(free | models.Q(lease_until__gt=now + 2 * lease))


class Import(PracticeOwned):
    """One file of rows. ``matched`` names our field for each column of it, "" for none,
    and ``orders`` whether days or months come first in its dates.

    ``matters`` are those of several lines: by their key in the file, a referral here that is of this matter,
    or None. ``tab`` is the place of the sheet in a workbook, from 0; None in text, and in workbooks of old,
    of which the first filled sheet was read.

    ``position`` counts the lines dealt with in the present state. ``attempt`` is the fence: whoever
    writes for an import holds its newest number.
    """

    sheet = models.CharField("what are the rows?", max_length=10, choices=Sheet, default=Sheet.PARTNERS)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.SET_NULL, related_name="+")
    fingerprint = models.BinaryField(editable=False)
    has_header = models.BooleanField("the first row names the columns", default=True)
    header_sealed = models.BinaryField(default=b"")
    tab = models.PositiveSmallIntegerField(null=True)
    tab_sealed = models.BinaryField(default=b"", db_default=b"")
    matched = models.JSONField(default=list)
    orders = models.JSONField(null=True)
    matters = models.JSONField(null=True)
    choice = models.CharField(max_length=6, choices=Choice, default=Choice.SKIP)
    adds_partners = models.BooleanField(default=False)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.RECEIVED)
    unsaid = models.CharField(max_length=4, choices=Unsaid, default=Unsaid.OVER)

    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    failure = models.CharField(max_length=300, blank=True)
    lines = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    alike = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)
    stumbles = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = scoped(ImportQuerySet)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["practice", "-created_at", "-id"], name="import_newest"),
            models.Index(
                fields=["practice"], name="import_at_work", condition=models.Q(state__in=sorted(AT_WORK))
            ),
        ]

    def __str__(self):
        return f"import {self.pk}"

    @property
    def header(self) -> list[str]:
        """The headings; sealed, because a file without any begins with somebody's row."""
        sealed = self.header_sealed
        return json.loads(unwrap(sealed, bound_to=f"import:{self.pk}")) if sealed else []

    @header.setter
    def header(self, names):
        self.header_sealed = wrap(json.dumps(names).encode(), bound_to=f"import:{self.pk}")

    @property
    def tab_name(self) -> str:
        """What the sheet is called, where the workbook has several; sealed, for anything may stand there."""
        return unwrap(self.tab_sealed, bound_to=f"tab:{self.pk}").decode() if self.tab_sealed else ""

    @tab_name.setter
    def tab_name(self, name):
        self.tab_sealed = wrap(name.encode(), bound_to=f"tab:{self.pk}") if name else b""

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def good(self) -> int:
        """Rows that can come in."""
        return self.lines - self.bad

    @property
    def undo_until(self):
        """The last moment at which it can be undone, or None."""
        return self.finished_at and self.finished_at + timedelta(days=UNDO_DAYS)

    @property
    def can_be_undone(self) -> bool:
        return self.state == State.DONE and timezone.now() < self.undo_until


class Headings(PracticeOwned):
    """How the columns of a sheet with these headings were matched the last time.

    ``index`` is a keyed fingerprint: a file without headings begins with a patient's row.
    """

    sheet = models.CharField(max_length=10, choices=Sheet)
    index = models.BinaryField()
    matched = models.JSONField(default=list)

    objects = scoped(models.QuerySet)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "sheet", "index"], name="headings_once")]


class NoteQuerySet(models.QuerySet):
    def bad(self):
        return self.filter(level=Level.BAD)

    def warnings(self):
        return self.filter(level=Level.WARNING)

    def alike(self):
        return self.filter(level=Level.ALIKE)


class Note(PracticeOwned):
    """What was found about one line: why it stays out, what is odd, or whom it may be the same as.

    ``column`` counts from 0; None speaks of the whole line. A ``match`` that ``is_sure`` is skipped and
    one that only looks alike is added, until a person makes another ``choice``.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="notes")
    line = models.PositiveIntegerField()
    level = models.CharField(max_length=7, choices=Level)
    column = models.PositiveSmallIntegerField(null=True)
    said_sealed = models.BinaryField(default=b"")
    match = models.UUIDField(null=True)
    is_sure = models.BooleanField(default=False)
    choice = models.CharField(max_length=6, choices=Choice, blank=True)

    objects = scoped(NoteQuerySet)

    class Meta:
        ordering = ["line", "id"]
        indexes = [models.Index(fields=["practice", "of", "level", "line"], name="note_by_line")]

    @cached_property
    def said(self) -> list:
        """The reason in words, which may quote a cell, and the line as it stands in the file."""
        return json.loads(unwrap(self.said_sealed, bound_to=f"note:{self.of_id}"))

    @property
    def reason(self) -> str:
        return self.said[0]

    @property
    def cells(self) -> list[str]:
        return self.said[1]

    @property
    def value(self) -> str:
        """What stands in the cell that the note speaks of."""
        return self.cells[self.column] if self.column is not None and self.column < len(self.cells) else ""


class Ready(PracticeOwned):
    """The good lines of one step of the check, clean, as text for the staging table; sealed like the file.

    ``number`` counts the lines dealt with when they are in; ``names`` are those of the cells.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="ready")
    number = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    names = ArrayField(models.CharField(max_length=40))
    box = models.BinaryField()

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_ready_once")]

    @property
    def text(self) -> str:
        return unwrap(self.box, bound_to=f"ready:{self.pk}").decode()

    @text.setter
    def text(self, lines):
        self.box = wrap(lines.encode(), bound_to=f"ready:{self.pk}")


class Batch(PracticeOwned):
    """What one committed step of an import made and changed, so that it can be undone exactly.

    ``made`` are keys of rows of the kind ``what``. ``changed`` says of a key the version that the
    import left and what stood there before: ``{key: [version, {field: value}]}``. ``kept`` are those
    that the undoing left alone, because somebody has worked with them since.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=12)
    made = ArrayField(models.UUIDField(), default=list)
    changed = models.JSONField(default=dict)
    kept = ArrayField(models.UUIDField(), default=list)
    is_undone = models.BooleanField(default=False)

    objects = scoped(models.QuerySet)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["of", "number", "what"], name="import_batch_once")]
