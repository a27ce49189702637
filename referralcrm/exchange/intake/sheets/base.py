"""What every kind of sheet has in common: cells are cleaned, lines are recognised."""

from django.db.models.functions import Lower

from referralcrm.exchange.columns import SHEETS, cleaner
from referralcrm.exchange.intake.row import Remark, Row
from referralcrm.practice.scope import current_practice

TOO_LONG = (
    "This row has more cells than the sheet has columns. Perhaps a comma is missing its quotation marks."
)


class BaseSheet:
    """Reads lines one by one; ``seen`` are the lines so far by what they are recognised by."""

    what = ""

    def __init__(self, run, header):
        self.run, self.width = run, len(header)
        self.practice = current_practice()
        self.seen = {}
        self.sheet = SHEETS[run.sheet]
        keys = {field.key for field in self.sheet.fields}
        self.cleaners = [
            (index, key, cleaner(self.sheet[key], country=self.practice.country))
            for index, key in enumerate(run.matched[: self.width])
            if key in keys
        ]
        self.place = {key: index for index, key, _ in self.cleaners}

    def read(self, line, cells) -> Row:
        """A line with its cells cleaned, or with all that is wrong with it."""
        row = Row(line, cells)
        if len(cells) > self.width:
            row.bad.append(Remark(None, TOO_LONG))
        values = row.values
        for index, key, clean in self.cleaners:
            text = cells[index]
            if not text or text.isspace():
                continue
            try:
                values[key], warning = clean(text)
            except ValueError as error:
                row.bad.append(Remark(index, str(error)))
                continue
            if warning:
                row.warnings.append(Remark(index, warning))
        for group in self.sheet.required:
            if not any(values.get(key) for key in group):
                self._miss(row, group)
        if not row.bad:
            self.finish(row)
        return row

    def _miss(self, row, group):
        """Say which field a line lacks, unless its cell is wrong and was named already."""
        columns = {self.place.get(key) for key in group}
        if not any(remark.column in columns for remark in row.bad):
            names = " or ".join(self.sheet[key].label for key in group)
            row.bad.append(Remark(self.place.get(group[0]), f"Nothing stands here: {names} is needed."))

    def finish(self, row):
        """Judge a line whose cells are good."""

    def remember(self, row):
        """Note a line that was dealt with before."""
        for key in () if row.bad else self.keys(row):
            self.seen.setdefault(hash(key), row.line)

    def recognise(self, rows):
        """Say of each good line which row here, or which earlier line, is the same for certain."""
        good = [row for row in rows if not row.bad]
        known = self.known(good)
        for row in good:
            keys = self.keys(row)
            row.repeats = next((self.seen[hash(key)] for key in keys if hash(key) in self.seen), None)
            if row.repeats is not None:
                row.warnings.append(Remark(None, f"The same as line {row.repeats}; it comes in once."))
            elif match := next((known[key] for key in keys if key in known), None):
                row.match, row.is_sure = match, True
            self.remember(row)

    def keys(self, row) -> list:
        """By what a line is recognised for certain, the best first."""
        raise NotImplementedError

    def known(self, rows) -> dict:
        """Which of these keys are here already, each with the id of its row."""
        raise NotImplementedError

    def liken(self, rows):
        """Say of lines that are new by all certain signs whom they may be the same as."""

    def write(self, to_make, to_fill, *, by) -> list[dict]:
        """Write lines; returns what ``Batch`` keeps of each kind of row that was made or changed."""
        raise NotImplementedError

    def warn(self, row, key, reason):
        """A remark about a cell that does not keep the line out."""
        row.warnings.append(Remark(self.place.get(key), reason))

    def refuse(self, row, key, reason):
        """A remark about a cell that keeps the line out."""
        row.bad.append(Remark(self.place.get(key), reason))


def ids_by(rows, name="name") -> dict[str, str]:
    """{a name in lower case: key} of one of the practice's small lists."""
    return {text.lower(): str(pk) for text, pk in rows.order_by(Lower(name).desc()).values_list(name, "pk")}
