"""What every kind of sheet has in common: cells are cleaned, lines are recognised."""

from abc import ABC, abstractmethod

from django.db.models.functions import Lower

from referralcrm.exchange.columns import SHEETS, Reader
from referralcrm.exchange.intake.row import Remark, Row
from referralcrm.practice.scope import current_practice


class BaseSheet(ABC):
    """Reads lines one by one; ``seen`` are the lines so far by what they are recognised by.

    ``matters`` are those of ``Import``, as far as the lines were read.
    """

    what = ""
    keeps_ready = False

    def __init__(self, run, header):
        self.run = run
        self.practice = current_practice()
        self.seen = {}
        self.matters = dict(run.matters or {})
        self.place = {key: index for index, key in enumerate(run.matched) if key}
        self._reader = Reader(
            SHEETS[run.sheet],
            self.place,
            country=self.practice.country,
            today=self.practice.today(),
            header=header,
            orders=run.orders,
        )

    def read(self, line, cells) -> Row:
        """A line with its cells cleaned, or with all that is wrong with it."""
        found = self._reader.read(cells)
        values = {key: value for key, value in found.values.items() if value or value is False}
        row = Row(line, cells, values)
        row.bad = [Remark(problem.column, problem.text) for problem in found.problems]
        row.warnings = [Remark(warning.column, warning.text) for warning in found.warnings]
        if not row.bad:
            self.finish(row)
        return row

    def finish(self, row):
        """Judge a line whose cells are good."""
        return

    def remember(self, row):
        """Note a line that was dealt with before."""
        if not row.bad:
            self._remember(row.line, map(hash, self.keys(row)))

    def _remember(self, line, hashes):
        for key in hashes:
            self.seen.setdefault(key, line)

    def recognise(self, rows):
        """Say of each good line which row here, or which earlier line, is the same for certain."""
        self.look_up([row for row in rows if not row.bad])
        good = [row for row in rows if not row.bad]
        known = self.known(good)
        for row in good:
            keys = self.keys(row)
            hashes = [hash(key) for key in keys]
            own = hashes[:1] if row.values.get("id") else hashes  # two ids are two rows, whatever they share
            row.repeats = next((self.seen[key] for key in own if key in self.seen), None)
            if row.repeats is not None:
                row.warnings.append(Remark(None, f"The same as line {row.repeats}; it comes in once."))
            elif match := next((known[key] for key in keys if key in known), None):
                row.match, row.is_sure = match, True
            self._remember(row.line, hashes)

    def look_up(self, rows):
        """Ask the database, for all lines at once, what may still keep some of them out."""
        return

    @abstractmethod
    def keys(self, row) -> list:
        """By what a line is recognised for certain, the best first."""

    @abstractmethod
    def known(self, rows) -> dict:
        """Which of these keys are here already, each with the id of its row."""

    def liken(self, rows):
        """Say of lines that are new by all certain signs whom they may be the same as."""
        return

    def warn(self, row, key, reason):
        """A remark about a cell that does not keep the line out."""
        row.warnings.append(Remark(self.place.get(key), reason))

    def refuse(self, row, key, reason):
        """A remark about a cell that keeps the line out."""
        row.bad.append(Remark(self.place.get(key), reason))


class ReadAgain(BaseSheet):
    """A sheet whose lines are read again as they come in: what they mean hangs on who is here then."""

    @abstractmethod
    def write(self, to_make, to_fill, *, by) -> list[dict]:
        """Write lines; returns what ``Batch`` keeps of each kind of row that was made or changed."""


class KeptReady(BaseSheet):
    """A sheet whose good lines the check keeps, clean, so that they only have to be staged."""

    keeps_ready = True

    @abstractmethod
    def pack(self, batch, rows) -> tuple[list[str], str]:
        """Good lines as text to be staged under the key ``batch``, and the names of their cells."""

    @abstractmethod
    def known_again(self, lines) -> dict[int, str]:
        """Which of the staged lines are certainly here by now, each with the id of its row."""

    @abstractmethod
    def values_of(self, lines, numbers) -> dict[int, dict]:
        """The values of some staged lines, to fill in what is empty."""

    @abstractmethod
    def write_staged(self, lines, to_fill, *, by) -> list[dict]:
        """Write staged lines; returns what ``Batch`` keeps of each kind of row that was made or changed."""


def ids_by(rows, name="name") -> dict[str, str]:
    """{a name in lower case: key} of one of the practice's small lists."""
    return {text.lower(): str(pk) for text, pk in rows.order_by(Lower(name).desc()).values_list(name, "pk")}
