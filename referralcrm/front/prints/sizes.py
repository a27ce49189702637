"""Envelopes and label sheets by paper, in millimetres as their makers state them."""

from dataclasses import asdict, dataclass

A4, US_LETTER = "a4", "us-letter"


@dataclass(frozen=True)
class Envelope:
    label: str
    paper: str  # where it is usual
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """``left`` and ``top`` lead to the first label, ``across`` and ``down`` from one to the next."""

    label: str
    paper: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    @property
    def places(self) -> int:
        return self.columns * self.rows

    def pages_for(self, labels: int, *, skip: int) -> int:
        """How many sheets so many labels take when ``skip`` places of the first are used up."""
        return -(-(labels + skip) // self.places) if labels else 0

    def data(self) -> dict:
        return asdict(self)


ENVELOPES = {
    "c6": Envelope("C6, 162 × 114 mm", A4, 162, 114),
    "dl": Envelope("DL, 220 × 110 mm", A4, 220, 110),
    "a2": Envelope("A2, 5¾ × 4⅜ in", US_LETTER, 146.05, 111.125),
    "no10": Envelope("No. 10, 9½ × 4⅛ in", US_LETTER, 241.3, 104.775),
}
SHEETS = {
    "l7160": Sheet("21 a sheet, 63.5 × 38.1 mm (L7160)", A4, 3, 7, 63.5, 38.1, 7.2, 15.15, 66.04, 38.1),
    "l7159": Sheet("24 a sheet, 63.5 × 33.9 mm (L7159)", A4, 3, 8, 63.5, 33.9, 7.2, 12.9, 66.04, 33.9),
    "l7163": Sheet("14 a sheet, 99.1 × 38.1 mm (L7163)", A4, 2, 7, 99.1, 38.1, 4.65, 15.15, 101.6, 38.1),
    "5160": Sheet("30 a sheet, 2⅝ × 1 in (5160)", US_LETTER, 3, 10, 66.675, 25.4, 4.763, 12.7, 69.85, 25.4),
    "5163": Sheet("10 a sheet, 4 × 2 in (5163)", US_LETTER, 2, 5, 101.6, 50.8, 3.969, 12.7, 106.363, 50.8),
}


def usual(table, paper) -> list[tuple[str, str]]:
    """The choices of a table, those usual with this paper first."""
    ordered = sorted(table.items(), key=lambda item: item[1].paper != paper)
    return [(key, size.label) for key, size in ordered]
