"""The grid in which a week's referrals are typed: the head above it, and each row by the log form's law."""

from dataclasses import dataclass, field
from uuid import UUID

from django import forms

from referralcrm.core.forms import HouseForm, refuse
from referralcrm.core.keys import new_id
from referralcrm.core.templatetags.house import day, short_day
from referralcrm.practice.models import Location, Service
from referralcrm.practice.scope import current_practice
from referrals.forms.days import day_typed
from referrals.forms.fields import clinicians, day_field
from referrals.forms.log import DIRECTIONS, LogForm
from referrals.models import Referral
from referrals.models.patients import normalised
from referrals.states import Direction, Urgency

CELLS = (
    "happened_on", "partner_text", "patient_name", "born", "record_number", "service", "urgency", "reason",
)  # fmt: skip
BESIDE = (
    "partner",
    "matter",
    "pick",
    "asked",
)  # what a cell carries along: choices and answers
HEAD = ("direction", "location", "clinician", "on")
PLACES = {"matter": "patient_name"}  # where an error stands that belongs to no cell; else at the partner
LONGEST = 4000
MOST_ROWS = 100
BLANK = UUID("00000000-0000-4000-8000-000000000000")  # the row that new ones are made from


class HeadForm(HouseForm):
    """What holds for every row of the sheet."""

    direction = forms.ChoiceField(choices=DIRECTIONS, required=False, widget=forms.RadioSelect)
    on = day_field("Date, where a row has none")
    location = forms.ModelChoiceField(label="At", queryset=None, required=False, empty_label="not said")
    clinician = forms.ModelChoiceField(label="With", queryset=None, required=False, empty_label="not said")

    def __init__(self, *args, person, here=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["location"].queryset = Location.objects.active()
        self.fields["clinician"].queryset = clinicians()
        last = None if self.is_bound else Referral.objects.last_entered_by(person, Direction.RECEIVED)
        self.initial = {
            "direction": Direction.RECEIVED,
            "on": current_practice().today(),
            "location": here or (last.location_id if last else person.home_location_id),
            "clinician": person.pk if person.sees_patients else None,
        } | self.initial

    def words(self) -> dict[str, str]:
        """As typed, valid or not."""
        return {name: str(self[name].value() or "") for name in HEAD}


@dataclass
class Row:
    """One line of the grid: what was typed, and what is to be said about it."""

    key: UUID
    cells: dict[str, str] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    head: dict[str, str] = field(default_factory=dict)  # of the sheet it was typed in
    form: LogForm | None = None
    address: str = ""  # of the referral, once it is logged

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed; what is chosen from a list alone does not make a row."""
        return not any(self.cells.get(name, "").strip() for name in CELLS if name != "urgency")

    @property
    def named(self) -> tuple[str, ...]:
        """The cells that something may be said at."""
        return CELLS

    @property
    def is_ready(self) -> bool:
        return not self.is_empty and self.form is not None and not self.errors

    @property
    def offered(self):
        """The partners to choose from where the text was not clear."""
        who = self.form and self.form.who
        return who.offered if who and who.is_offering else []

    @property
    def asks_which(self) -> bool:
        who = self.form and self.form.who
        return bool(who and who.is_offering)

    def check(self, head: dict[str, str], *, person, is_left=True):
        """Hold the row to the rules of the log form; while it is being typed, only what stands there."""
        self.form = LogForm(self._as_logged(head), person=person)
        self.form.is_valid()
        self._take_errors(is_left)
        self._say_what_is_understood()

    def refuse(self, refused):
        """Show why it could not be logged, at its cell."""
        refuse(self.form, refused)
        self._take_errors(True)

    def resembles(self, other: "Row") -> bool:
        """Whether both name the same patient, and the same partner as far as that was typed."""
        mine, theirs = self._who(), other._who()
        return bool(mine[0] or mine[1]) and mine == theirs

    def _who(self):
        words = self.cells.get
        number = normalised(words("record_number", ""))
        name = "" if number else normalised(words("patient_name", ""))
        return number, name, normalised(words("partner_text", ""))

    def _as_logged(self, head):
        """The words of one log form."""
        cells, today = self.cells, current_practice().today()
        words = {name: cells.get(name, "") for name in (*CELLS, "partner", "matter")}
        words["urgency"] = words["urgency"] or Urgency.ROUTINE
        words |= {name: head.get(name, "") for name in ("direction", "location", "clinician")}
        words["happened_on"] = self._iso("happened_on", today) or head.get("on", "")
        words["born"] = self._iso("born", today)
        words["partner_text"] = " ".join(words["partner_text"].split())
        if (pick := cells.get("pick", "")) and cells.get("asked", "") in ("", words["partner_text"]):
            words |= {"partner": pick, "partner_asked": words["partner_text"]}  # chosen for this very text
        return words

    def _iso(self, name, today):
        text = self.cells.get(name, "").strip()
        found = day_typed(text, today=today, country=current_practice().country)
        return found.isoformat() if found else text

    def _take_errors(self, is_left):
        self.errors = {}
        for name, errors in self.form.errors.items():
            place = name if name in CELLS else PLACES.get(name, "partner_text")
            is_shown = is_left or self.cells.get(place, "").strip()
            if name not in HEAD and is_shown:  # the head says what is wrong with itself
                self.errors.setdefault(place, []).extend(map(str, errors))
        if "service" in self.errors:
            self.errors["service"] = ["This is not offered here. Choose one of the list."]

    def _say_what_is_understood(self):
        cleaned, who, self.notes = self.form.cleaned_data, self.form.who, {}
        for name, weekday in (("happened_on", True), ("born", False)):
            if self.cells.get(name, "").strip() and (on := cleaned.get(name)):
                self.notes[name] = f"{on:%a} {short_day(on, self.form.today)}" if weekday else day(on)
        if who and who.new_name:
            self.notes["partner_text"] = "is added as a new partner"
        elif who and who.partner:
            named = "" if who.partner.name == who.text else who.partner.name
            self.notes["partner_text"] = ", ".join(filter(None, [named, who.partner.line]))


def rows_sent(data) -> list[Row]:
    """The rows of a POST in their order; what names no row is left out."""
    rows = []
    for text in dict.fromkeys(data.getlist("row")[:MOST_ROWS]):
        if key := as_key(text):
            cells = {name: data.get(f"r-{text}-{name}", "")[:LONGEST] for name in (*CELLS, *BESIDE)}
            rows.append(Row(key, cells))
    return rows


def as_key(text: str) -> UUID | None:
    """The one-time key of a row, or None when this is none."""
    try:
        key = UUID(text)
    except ValueError:
        return None
    return key if key != BLANK and str(key) == text else None


def blank_rows(count: int) -> list[Row]:
    """Rows to type into."""
    return [Row(new_id()) for _ in range(count)]


def choices() -> dict:
    """What the lists of a row offer, asked once for all rows."""
    services = list(Service.objects.active().values_list("pk", "name"))
    return {
        "services": services,
        "service_keys": {str(pk) for pk, _ in services},
        "urgencies": Urgency.choices,
    }
