"""What the demo's reports say: for each reason to send a patient, what was found, planned and measured."""

from dataclasses import dataclass

from referralcrm.demo.cast import REASONS


@dataclass(frozen=True)
class Finding:
    """Words that fit one of ``REASONS``; ``measures`` are (name, unit, better, baseline, now, goal)."""

    service: str
    found: str
    asked: str
    treatment: str
    goals: str
    measures: tuple[tuple[str, ...], ...]


SHOULDER = Finding(
    "Shoulder and arm",
    "The rotator cuff is irritated; no tear on testing. Night pain is what troubles them most.",
    "Please hold further injections until the next review.",
    "- Graded loading, because the tendon is reactive\n- Manual therapy for the capsule",
    "Sleep without waking in three weeks. Overhead work without pain in eight.",
    (
        ("Shoulder flexion", "°", "higher", "95", "120", "170"),
        ("Pain at night", "0–10", "lower", "7", "4", "1"),
        ("SPADI", "%", "lower", "58", "41", "15"),
    ),
)
FINDINGS = (
    SHOULDER,
    Finding(
        "After surgery",
        "The knee bends to 88° and lacks 10° of straightening. The scar is calm; no sign of a clot.",
        "Please tell us of any limit on loading.",
        "- Bending and straightening several times a day, because stiffness sets in now\n- Thigh strength",
        "Stairs one foot after the other in four weeks. A bend of 115° in eight.",
        (
            ("Knee flexion", "°", "higher", "88", "97", "115"),
            ("Missing extension", "°", "lower", "10", "6", "0"),
            ("Pain on stairs", "0–10", "lower", "6", "4", "2"),
        ),
    ),
    Finding(
        "Back and neck",
        "Mechanical low back pain without signs of a nerve root. Sitting for long brings it on.",
        "Nothing for now. No imaging is needed at this stage.",
        "- Movement breaks and load in small steps, because rest has not helped\n- Strength of the trunk",
        "A working day at the desk with two breaks in four weeks.",
        (
            ("Sitting without pain", "min", "higher", "40", "55", "120"),
            ("Oswestry", "%", "lower", "34", "26", "12"),
        ),
    ),
    Finding(
        "Sports injury",
        "A sprain of the outer ligaments, stable on testing. Balance on one leg is what is missing.",
        "Nothing for now.",
        "- Balance and hopping in steps, because that is what prevents the next sprain",
        "Easy running in four weeks, sport in eight.",
        (
            ("Balance on one leg", "s", "higher", "8", "16", "40"),
            ("Hop, of the other side", "%", "higher", "62", "74", "95"),
        ),
    ),
    Finding(
        "Back and neck",
        "Neck pain with headaches from the upper joints. No dizziness, no red flags.",
        "Please tell us if the headaches change in kind.",
        "- Movement early and often, because fear keeps the neck stiff\n- Deep neck muscles",
        "Looking over the shoulder without pain in four weeks.",
        (
            ("Neck rotation", "°", "higher", "48", "58", "75"),
            ("Neck Disability Index", "%", "lower", "36", "28", "12"),
        ),
    ),
    Finding(
        "Balance and falls",
        "Leg strength and balance are below what is usual for the age. Both falls happened on stairs.",
        "Please look at the evening medicines with falls in mind.",
        "- Strength and balance three times a week, because both answer to training\n- A look at the home",
        "Stairs with one hand on the rail in six weeks, and no fall this winter.",
        (
            ("Timed up and go", "s", "lower", "16.5", "14.2", "11"),
            ("Sit to stand in 30 s", "times", "higher", "7", "9", "12"),
        ),
    ),
    Finding(
        "Shoulder and arm",
        "Tendon pain on the outside of the elbow; the grip is weaker by a third.",
        "Please hold further injections until the next review.",
        "- Heavy slow loading, because rest has not helped\n- Advice about the desk",
        "A full kettle without pain in six weeks.",
        (
            ("Grip without pain", "kg", "higher", "14", "19", "30"),
            ("Pain on lifting", "0–10", "lower", "6", "4", "1"),
        ),
    ),
    Finding(
        "Pelvic health",
        "The pelvic floor is weak and slow to respond. No prolapse on testing.",
        "Nothing for now.",
        "- Training three times a day, because strength and timing both answer to it",
        "Dry on most days in eight weeks, and on the stairs after twelve.",
        (
            ("Leaks a week", "", "lower", "9", "5", "0"),
            ("Strength (Oxford)", "0–5", "higher", "2", "3", "4"),
        ),
    ),
    Finding(
        "Knee and hip",
        "The hip is stiff in rotation; the film and the testing both fit early wear.",
        "Nothing for now. Surgery need not be talked about yet.",
        "- Strength and walking in steps, because both ease a worn hip",
        "An hour’s walk on the flat in eight weeks.",
        (
            ("Internal rotation", "°", "higher", "12", "17", "30"),
            ("Walking without pain", "min", "higher", "15", "25", "60"),
        ),
    ),
    Finding(
        "Hand therapy",
        "Stiff after six weeks in plaster. The fingers move freely and there is no swelling.",
        "Please tell us of any limit on loading.",
        "- Movement every waking hour, because stiffness sets in now\n- Grip from week three",
        "Turning a key in three weeks, carrying the shopping in eight.",
        (
            ("Wrist extension", "°", "higher", "20", "38", "65"),
            ("Grip", "kg", "higher", "6", "11", "24"),
        ),
    ),
)
FOR_REASON = dict(zip(REASONS, FINDINGS, strict=True))
COVER = "Thank you for sending us your patient. The pages below say what we found and what was agreed."
GOES_ON = {
    "next": "Review in three weeks; the next report follows that week.",
    "frequency": "Twice a week for three weeks, then once a week; eight weeks in all.",
}
ENDED = {
    "found": "Better on every measure below. The goals of the plan were reached.",
    "asked": "Nothing for now.",
    "next": "No further visits are planned. Please send them back if it returns for more than two weeks.",
    "frequency": "Nine visits over seven weeks.",
}
NAMES = ("name", "unit", "better", "baseline", "now", "goal")


def finding(reason: str) -> Finding:
    return FOR_REASON.get(reason, SHOULDER)


def content_of(referral, on, *, is_last=False) -> dict:
    """A whole report about a referral, measured when the patient first came and again ``on`` a day."""
    told = finding(referral.reason)
    texts = {name: getattr(told, name) for name in ("found", "asked", "treatment", "goals")}
    texts |= ENDED if is_last else GOES_ON
    measures = [dict(zip(NAMES, row, strict=True)) for row in told.measures]
    for row in measures:
        row |= {"baseline_on": str(referral.attended_on or on), "now_on": str(on)}
        row |= {"now": row["goal"]} if is_last else {}
    return {"texts": texts, "measures": measures, "cover": COVER}
