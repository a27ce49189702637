"""Contacts that happened, the weeks that ran, tasks for today, and the audit rows they left."""

from datetime import datetime, time, timedelta

from outreach.models import Message, MessageCause, Rule, Run, Task, Touchpoint
from outreach.models.automation import CHECK_IN_DAYS
from outreach.states import MessageState, RuleKind, RunState, TaskKind, TaskState, TouchpointKind
from partners.states import Kind, Stage
from referralcrm.audit.models import AuditEvent
from referralcrm.demo.cast import CALL_NOTES
from referralcrm.demo.world import World
from referrals.models import Referral
from referrals.states import Source

WEEKS = 10
KINDS = {
    TouchpointKind.CALL: 9,
    TouchpointKind.VISIT: 2,
    TouchpointKind.LUNCH: 1,
    TouchpointKind.MDT: 2,
    TouchpointKind.LETTER: 1,
    TouchpointKind.MESSAGE: 4,
    TouchpointKind.EVENT: 1,
    TouchpointKind.NOTE: 2,
}
NEVER_MET = {"only_us", "prospect"}
LAST_CONTACT = {"cooling": 71, "quiet": 96, "steady": 9, "advice": 6}


def make_touchpoints(world: World):
    """About as often as the circle asks for, less regularly than one would like."""
    stories = {partner.pk: key for key, partner in world.stories.items()}
    rows = []
    for partner in world.partners:
        if (key := stories.get(partner.pk)) not in NEVER_MET:
            rows += _contacts_with(world, partner, LAST_CONTACT.get(key))
    return Touchpoint.objects.bulk_create(rows, batch_size=2000)


def _contacts_with(world, partner, last):
    usual = CHECK_IN_DAYS[partner.circle] * (0.5 if partner.kind == Kind.ADVICE else 1)
    day = world.today - timedelta(days=last or world.rng.randint(1, int(usual * 1.5)))
    began = max(partner.created_at.date(), world.first_day)
    while day > began:
        if not partner.ended_on or day < partner.ended_on:
            yield _contact(world, partner, day)
        day -= timedelta(days=int(usual * world.rng.uniform(0.6, 2.2)) + 1)


def _contact(world, partner, day):
    day = world.calendar.add_working_days(day + timedelta(1), -1)
    kind = world.rng.choices(list(KINDS), list(KINDS.values()))[0]
    return Touchpoint(
        partner=partner,
        kind=kind,
        happened_on=day,
        entered_at=world.at(day),
        by=partner.owner,
        by_them=world.odds(0.3),
        minutes=world.rng.choice([None, 5, 10, 15]) if kind == TouchpointKind.CALL else None,
        note=world.rng.choice(CALL_NOTES) if world.odds(0.4) else "",
    )


def make_weeks(world: World):
    """The last ten Mondays: a run each, a digest for everybody with people to call, this week half done."""
    monday = world.today - timedelta(days=world.today.weekday())
    if _eight_o_clock(world, monday) > world.now:
        monday -= timedelta(weeks=1)
    rule = Rule.objects.get(kind=RuleKind.DIGEST)
    owners = [*world.desk, world.people["manager"]]
    told = {world.stories[key].pk for key in NEVER_MET | set(LAST_CONTACT)}
    current = [p for p in world.partners if p.stage != Stage.ENDED and p.pk not in told]
    for back in range(WEEKS):
        day = monday - timedelta(weeks=back)
        tasks = _week_tasks(world, day, world.rng.sample(current, min(12, len(current))), owners, back == 0)
        _write_run(world, day, tasks)
        _write_digests(world, rule, day, tasks)


def _eight_o_clock(world, monday):
    return datetime.combine(world.workday(monday), time(8), tzinfo=world.zone)


def _week_tasks(world, monday, partners, owners, is_this_week):
    period = f"{monday.isocalendar().year}-W{monday.isocalendar().week:02d}"
    start = _eight_o_clock(world, monday)
    tasks, touchpoints = [], []
    for n, partner in enumerate(partners):
        task = Task(
            kind=TaskKind.CHECK_IN,
            title=f"Keep in touch with {partner.name}",
            why=f"{partner.get_circle_display().capitalize()}: the last contact was a while ago.",
            partner=partner,
            owner=owners[n % 3],
            due_on=min(start.date() + timedelta(days=4), monday + timedelta(days=4)),
            period_key=period,
            created_at=start,
        )
        _finish(world, task, n, start, is_this_week, touchpoints)
        tasks.append(task)
    Touchpoint.objects.bulk_create(touchpoints)
    return Task.objects.bulk_create(tasks)


def _finish(world, task, n, start, is_this_week, touchpoints):
    """Earlier weeks are over; of this one a third is done, one skipped, one put off."""
    if is_this_week and n % 3:
        if n == 4:
            task.snoozed_until = world.workday(world.today + timedelta(days=5))
        if n == 5:
            task.state, task.skipped_because = TaskState.REJECTED, "Saw them at the evening talk last week."
            task.closed_at, task.closed_by = min(start + timedelta(hours=2), world.now), task.owner
        return
    day = min(world.workday(start.date() + timedelta(days=n % 4)), world.today)
    contact = Touchpoint(
        partner=task.partner,
        kind=TouchpointKind.CALL,
        happened_on=day,
        entered_at=world.at(day),
        by=task.owner,
        minutes=world.rng.choice([4, 6, 10]),
        note=world.rng.choice(CALL_NOTES),
    )
    touchpoints.append(contact)
    task.state, task.touchpoint = TaskState.COMPLETED, contact
    task.closed_at, task.closed_by = world.at(day), task.owner


def _write_run(world, monday, tasks):
    start = _eight_o_clock(world, monday)
    Run.objects.create(
        job="week",
        period_key=tasks[0].period_key,
        state=RunState.DONE,
        due_at=start,
        started_at=start + timedelta(seconds=21),
        finished_at=start + timedelta(seconds=23),
        counts={"tasks": len(tasks), "digests": len({task.owner_id for task in tasks})},
    )


def _write_digests(world, rule, monday, tasks):
    start = _eight_o_clock(world, monday)
    for person in {task.owner for task in tasks}:
        names = "\n".join(task.partner.name for task in tasks if task.owner == person)
        words = {"name": person.name.split()[0], "people": names, "link": "/"}
        message = Message.objects.create(
            rule=rule,
            person=person,
            state=MessageState.SENT,
            due_at=start,
            created_at=start,
            attempt=1,
            sent_at=start + timedelta(seconds=40),
            to_address=person.email,
            subject=rule.subject,
            body=rule.body.format_map(words),
            reply="250 OK",
        )
        MessageCause.objects.create(
            rule=rule, message=message, fact=f"{person.pk}:{tasks[0].period_key}", created_at=start
        )


def make_tasks(world: World):
    """What is due today and near it, besides thanks and the week's people."""
    tell, people, today = world.stories, world.people, world.workday(world.today)
    tasks = [
        Task(
            kind=TaskKind.NEXT_STEP,
            title=f"Introduce ourselves to {tell['prospect'].name}",
            why="Not met yet; the next step is due.",
            partner=tell["prospect"],
            owner=people["staff"],
            due_on=today,
        ),
        Task(
            kind=TaskKind.OTHER,
            title="Send the new leaflet to the surgeries in Northgate",
            why="Promised at the last visit.",
            partner=tell["steady"],
            owner=people["staff"],
            due_on=today,
        ),
        Task(
            kind=TaskKind.OTHER,
            title=f"Prepare questions for {tell['advice'].name}",
            why="The monthly call is tomorrow.",
            partner=tell["advice"],
            owner=people["clinician"],
            due_on=today,
        ),
        *_source_tasks(world, today),
    ]
    Task.objects.bulk_create(tasks)


def _source_tasks(world, today):
    """Ask who recommended us where nobody knows; thank a person who is no partner in person."""
    recent = Referral.objects.received().kept().filter(happened_on__gte=world.today - timedelta(days=30))
    for referral in recent.filter(source=Source.UNKNOWN)[:4]:
        yield Task(
            kind=TaskKind.ASK_SOURCE,
            title="Ask who recommended us",
            why="The source of this referral is unknown.",
            referral=referral,
            owner=world.people["staff"],
            due_on=today,
        )
    for referral in recent.filter(source__in=[Source.FORMER_PATIENT, Source.FAMILY_OR_STAFF])[:3]:
        yield Task(
            kind=TaskKind.PERSONAL_THANKS,
            title="Thank in person for a recommendation",
            why="A person who is not a partner recommended us.",
            referral=referral,
            owner=world.people["clinician"],
            due_on=today,
        )


def make_audit(world: World):
    """Who logged what in the last weeks, and who signed in."""
    since = world.now - timedelta(days=45)
    events = [
        _event(world, referral.entered_by, f"logged as {referral.direction}", referral, referral.entered_at)
        for referral in Referral.objects.filter(entered_at__gte=since).select_related("entered_by")
    ]
    events += [
        _event(world, partner.owner, "created", partner, partner.created_at)
        for partner in world.partners
        if partner.created_at >= since
    ]
    for n in range(30):
        for person in world.desk:
            day = world.today - timedelta(days=n)
            if world.calendar.is_working_day(day):
                events.append(
                    _event(world, person, "signed in", None, world.at(day, 8 + world.rng.random() / 2))
                )
    AuditEvent.objects.bulk_create(sorted(events, key=lambda event: event.at), batch_size=2000)


def _event(world, by, verb, subject, at):
    return AuditEvent(
        practice_id=world.practice.pk,
        at=at,
        actor_id=by.pk,
        actor_name=by.name,
        verb=verb,
        subject_type=subject._meta.model_name if subject else "",
        subjects=[str(subject.pk)] if subject else [],
    )
