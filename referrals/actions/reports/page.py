"""What stands on the pages of a report, as ``templates/print/report.typ`` takes it."""

import re
from itertools import groupby

from referralcrm.core.printing import typeset
from referralcrm.practice.addresses import sender_of
from referrals.models.measures import Measure, day_of, number
from referrals.states import Better

ACCESSIBLE = ("a-2a", "ua-1")  # PDF/A-2 with its structure (ISO 19005-2) and PDF/UA-1 (ISO 14289-1)
BULLET = re.compile(r"^\s*[-*•–]\s+")
NOT_APPLICABLE = "Does not apply here."


def typeset_report(report, *, form="pdf"):
    """The report as it stands: a PDF, or each page as a picture ("pages"). A draft says that it is one."""
    return typeset(
        "report",
        page_of(report),
        title=_headline(report),
        country=report.author.practice.country,
        form=form,
        standards=ACCESSIBLE,
    )


def _headline(report) -> str:
    return f"{report.title}, number {report.number}" if report.is_final else f"{report.title}, draft"


def page_of(report) -> dict:
    """Every word of the report; the patient is named on it."""
    said, measures = report.content, [Measure.of(row) for row in report.content["measures"]]
    parts = [_part(part, said) for part in report.parts]
    return {
        "sender": sender_of(report.author, location=report.referral.location),
        "headline": report.title,
        "noun": report.noun.capitalize(),
        "is_draft": not report.is_final,
        "number": report.number or 0,
        "date": _long(_made_on(report)),
        "replaces": _replaces(report),
        "about": _about(report),
        "patient": report.patient.label(with_name=True),
        "first": [part for part in parts if part["comes_first"]],
        "parts": [part for part in parts if not part["comes_first"]],
        "measures": [_row(measure) for measure in measures],
        "chart": [bar for bar in map(_bar, measures) if bar],
        "chart_in_words": " ".join(filter(None, map(_in_words, measures))),
        "signature": _signature(report),
        "enclosed": [row.name for row in _enclosures(report)],
    }


def _made_on(report):
    zone = report.author.practice.zone
    return (report.finalised_at or report.saved_at).astimezone(zone).date()


def _long(value) -> str:
    return f"{value.day} {value:%B %Y}"


def _short(text) -> str:
    value = day_of(text)
    return f"{value.day} {value:%b %Y}" if value else ""


def _replaces(report) -> str:
    earlier = report.amends
    return f"Replaces {earlier.called} of {_long(_made_on(earlier))}." if earlier else ""


def _about(report) -> list:
    """(label, words) about whom it is and how they came to us."""
    patient, referral = report.patient, report.referral
    first_seen = referral.attended_on if referral.is_received else None
    rows = [
        ("Patient", patient.name or patient.label(with_name=True)),
        ("Born", _long(patient.born) if patient.born else ""),
        ("Our record", patient.record_number),
        (
            "Referred by" if referral.is_received else "Referred to",
            referral.partner and referral.partner.name,
        ),
        ("Referred on", _long(referral.happened_on) if referral.partner else ""),
        ("First seen", _long(first_seen) if first_seen else ""),
    ]
    return [[label, words] for label, words in rows if words]


def _part(part, said) -> dict:
    left_out = part.may_not_apply and part.name in said["not_applicable"]
    text = NOT_APPLICABLE if left_out else said["texts"].get(part.name, "")
    return {
        "title": part.title,
        "comes_first": part.comes_first,
        "is_measures": part.is_measures and not left_out,
        "blocks": blocks(text),
    }


def blocks(text: str) -> list[dict]:
    """Paragraphs, and lists where lines begin with a dash or a dot."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        for is_list, lines in groupby(paragraph.split("\n"), lambda line: bool(BULLET.match(line))):
            lines = [BULLET.sub("", line) for line in lines]
            found.append({"items": lines} if is_list else {"words": "\n".join(lines)})
    return [block for block in found if block.get("items") or block["words"].strip()]


def _row(measure) -> dict:
    return {
        "name": measure.name,
        "unit": measure.unit,
        "better": Better(measure.better).label if measure.better else "",
        "baseline": measure.baseline,
        "baseline_on": _short(measure.baseline_on),
        "now": measure.now,
        "now_on": _short(measure.now_on),
        "goal": measure.goal,
        "change": change_in_words(measure),
    }


def change_in_words(measure) -> str:
    """ "+12, better"; "" where nothing is computed."""
    if measure.change is None:
        return ""
    if measure.change == 0:
        return "no change"
    sign = "+" if measure.change > 0 else "\u2212"
    amount = f"{abs(measure.change):f}"
    reached = "; goal reached" if measure.is_reached else ""
    return f"{sign}{amount}, {'better' if measure.is_better else 'worse'}{reached}"


def _bar(measure) -> dict | None:
    """Where the values of a measure lie between its smallest and its largest, from 0 to 1."""
    values = {name: number(getattr(measure, name)) for name in ("baseline", "now", "goal")}
    known = {name: value for name, value in values.items() if value is not None}
    if len(known) < 2:
        return None
    low, span = min(known.values()), max(known.values()) - min(known.values())
    places = {name: float((value - low) / span) if span else 0.5 for name, value in known.items()}
    steps = " → ".join(filter(None, [measure.baseline, measure.now]))
    goal = f"goal {measure.goal}" if measure.goal else ""
    return {"name": measure.name, "words": ", ".join(filter(None, [steps, goal]))} | places


def _in_words(measure) -> str:
    """The same for those who cannot see the chart."""
    unit = f" {measure.unit}" if measure.unit else ""
    values = [("began at", measure.baseline), ("is now", measure.now), ("goal", measure.goal)]
    said = ", ".join(f"{label} {value}{unit}" for label, value in values if value)
    return f"{measure.name}: {said}." if said else ""


def _signature(report) -> list[str]:
    person = report.author
    name = f"{person.name}, {person.credentials}" if person.credentials else person.name
    if not report.is_final:
        return [name, person.practice.name]
    signed = report.finalised_at.astimezone(person.practice.zone)
    return [name, person.practice.name, f"Signed in ReferralCRM on {_long(signed)}, {signed:%H:%M}"]


def _enclosures(report):
    rows = list(report.files.select_related("file", "article"))
    for row in rows:
        row.report = report
    return rows
