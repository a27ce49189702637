"""Questions between clinicians: a year of answered ones, and a few that wait."""

from datetime import timedelta

from referralcrm.demo.world import World
from referrals.actions import advice
from referrals.actions.advice import usual_promise
from referrals.models import AdviceRequest
from referrals.states import AdviceChannel, AdviceDirection, AdviceKind, AdviceStep

# story, kind, question, answer, next step, hours until the answer came
ANSWERED = [
    (
        "steady",
        "management",
        "Frozen shoulder, week six: stretch?",
        "Gently, no forcing.",
        "manage",
        3,
    ),
    (
        "advice",
        "management",
        "Burning pain after a sprain: when to you?",
        "After six weeks.",
        "refer",
        22,
    ),
    (
        "caller",
        "imaging",
        "A look at a film, fifth metatarsal?",
        "Healed; load slowly.",
        "manage",
        1,
    ),
    ("steady2", "urgent", "Locked knee since this morning: here or there?", "To them, today.", "refer", 1),
    ("steady", "management", "Back pain at 30 weeks: what helps?", "Belt, water, short walks.", "manage", 4),
    (
        "card",
        "management",
        "Stiff for an hour: bloods first?",
        "Yes, CRP and RF.",
        "investigate",
        26,
    ),
    ("caller", "management", "Heel pain: insole or exercise?", "Exercise first.", "manage", 2),
    (
        "away",
        "management",
        "Fear after a fall: how to share it?",
        "Three visits each.",
        "refer",
        48,
    ),
]
ROUNDS = 3  # each of them comes back over the year with another patient in mind
OPEN = [  # story, kind, question, working days ago, hour of the day
    ("steady", "management", "Runner with a stubborn Achilles: rest or load?", 0, 9.2),
    ("caller", "imaging", "Is this line on the heel film a fracture?", 1, 16.5),
    ("advice2", "management", "Which of our exercises are safe with this blood thinner?", 4, 11),
]
OURS = [
    ("advice2", AdviceKind.PRESCRIPTION, "Is the evening dose meant to be double the morning one?", 2, 10),
    ("card", AdviceKind.MANAGEMENT, "May she load the wrist while the flare settles?", 1, 14.5),
]
CHANNELS = (AdviceChannel.PHONE, AdviceChannel.TEXT, AdviceChannel.EMAIL)


def make_questions(world: World):
    """They draw no random number: what the seed decides besides stays as it was."""
    _withdrawn(world)
    _nobodys(world)
    rows = [_answered(world, n, told) for n, told in enumerate(ANSWERED * ROUNDS)]
    rows += [_open(world, n, told) for n, told in enumerate(OPEN)]
    rows += [_open(world, n, told, direction=AdviceDirection.SENT) for n, told in enumerate(OURS)]
    return AdviceRequest.objects.bulk_create(rows)


def _withdrawn(world):
    """Asked, and answered by itself before anybody could."""
    asked_at = world.at(world.working_day_before(9), 11)
    asked = _asked(world, "caller", "Insoles for a marathon on Sunday?", asked_at, owner=world.clinicians[0])
    advice.withdraw(asked, version=asked.version, by=world.desk[0])
    AdviceRequest.objects.filter(pk=asked.pk).update(withdrawn_at=asked_at + timedelta(hours=2))


def _nobodys(world):
    """Whoever of the clinicians has time."""
    asked_at = world.at(world.working_day_before(1), 12.5)
    _asked(world, "steady2", "Which brace for a first dislocation of the kneecap?", asked_at)


def _asked(world, story, question, asked_at, owner=None):
    return advice.ask(
        by=world.desk[0],
        direction=AdviceDirection.RECEIVED,
        kind=AdviceKind.MANAGEMENT,
        channel=AdviceChannel.PHONE,
        partner=world.stories[story],
        question=question,
        asked_at=asked_at,
        owner=owner,
        location=world.locations[0],
    )


def _answered(world, n, told):
    story, kind, question, answer, next_step, hours = told
    asked_at = world.at(world.working_day_before(6 + 9 * n), 9 + n % 7)
    row = _row(world, n, story, kind, question, asked_at)
    row.answered_at = world.calendar.after_working_time(asked_at, timedelta(hours=hours + n % 3 / 2))
    row.answer, row.next_step = answer, AdviceStep(next_step)
    return row


def _open(world, n, told, direction=AdviceDirection.RECEIVED):
    story, kind, question, days_ago, hour = told
    asked_at = world.at(world.working_day_before(days_ago), hour)
    row = _row(world, n, story, kind, question, asked_at, direction=direction)
    if direction == AdviceDirection.SENT:
        row.promised_by = None
    return row


def _row(world, n, story, kind, question, asked_at, direction=AdviceDirection.RECEIVED):
    row = AdviceRequest(
        direction=direction,
        kind=kind,
        channel=CHANNELS[n % len(CHANNELS)],
        partner=world.stories[story],
        asked_at=asked_at,
        promised_by=usual_promise(kind, asked_at, world.calendar),
        owner=world.clinicians[n % 2],
        location=world.locations[n // 2 % len(world.locations)],
        entered_by=world.desk[n % 2],
        entered_at=asked_at,
    )
    row.question = question
    return row
