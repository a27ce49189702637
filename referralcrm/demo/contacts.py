"""Contacts that happened, the weeks that ran, tasks for today, and the audit rows they left."""

from datetime import timedelta

from outreach import mail
from outreach.actions import week
from outreach.actions.check_ins import open_check_ins
from outreach.models import Message, MessageCause, Rule, Run, Task, Touchpoint
from outreach.models.automation import CHECK_IN_DAYS
from outreach.states import MessageState, RuleKind, RunState, TaskKind, TaskState, TouchpointKind
from partners.models import Friction
from partners.states import Kind, Stage
from referralcrm.audit.models import AuditEvent
from referralcrm.demo.cast import CALL_NOTES
from referralcrm.demo.world import World
from referrals.models import Referral
from referrals.states import Source

WEEKS, EARLIER_LIST = 10, 12
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
    """The last ten Mondays: a run each, a digest for everybody with people to call; this week half done."""
    calendar = world.calendar
    period, _ = week.latest_due(calendar, world.now)
    monday = week.monday_of(period)
    told = {world.stories[key].pk for key in NEVER_MET | set(LAST_CONTACT)}
    others = [p for p in world.partners if p.stage != Stage.ENDED and p.pk not in told]
    for back in range(WEEKS):
        start = week.due_at(calendar, monday - timedelta(weeks=back))
        if start is None:
            continue
        tasks = _this_week(world, start, told) if back == 0 else _earlier_week(world, start, others)
        _write_run(world, start, tasks)


def _this_week(world, start, told):
    """The list as the real rule makes it; some of it done, one skipped, one put off."""
    period, day = week.period_of(start.date()), start.date()
    open_check_ins(world.practice, period, day)
    tasks = list(Task.objects.filter(period_key=period).select_related("partner", "owner").order_by("pk"))
    touchpoints = []
    for n, task in enumerate(task for task in tasks if task.partner_id not in told):
        if n % 3 == 0:
            touchpoints.append(_finish(world, task, min(world.workday(day + timedelta(n % 4)), world.today)))
        elif n == 1:
            task.state, task.skipped_because = TaskState.REJECTED, "Saw them at the evening talk last week."
            task.closed_at, task.closed_by = min(start + timedelta(hours=2), world.now), task.owner
        elif n == 4:
            task.snoozed_until = world.workday(world.today + timedelta(days=5))
    for task in tasks:
        task.created_at = start
    Touchpoint.objects.bulk_create(touchpoints)
    changed = [
        "state",
        "skipped_because",
        "closed_at",
        "closed_by",
        "snoozed_until",
        "touchpoint",
        "created_at",
    ]
    Task.objects.bulk_update(tasks, changed)
    return tasks


def _earlier_week(world, start, partners):
    """A list of an earlier week, all done by now."""
    day = start.date()
    tasks = [
        Task(
            kind=TaskKind.CHECK_IN,
            title=f"Keep in touch with {partner.name}",
            why=f"{partner.get_circle_display().capitalize()}: the last contact was a while ago.",
            partner=partner,
            owner=partner.owner,
            location=partner.owner.home_location if partner.owner else None,
            due_on=day,
            period_key=week.period_of(day),
            created_at=start,
        )
        for partner in world.rng.sample(partners, min(EARLIER_LIST, len(partners)))
    ]
    Touchpoint.objects.bulk_create(
        [_finish(world, task, world.workday(day + timedelta(n % 4))) for n, task in enumerate(tasks)]
    )
    return Task.objects.bulk_create(tasks)


def _finish(world, task, day):
    """Done on this day, with a call."""
    by = task.owner or world.people["manager"]
    contact = Touchpoint(
        partner=task.partner,
        kind=TouchpointKind.CALL,
        happened_on=day,
        entered_at=world.at(day),
        by=by,
        minutes=world.rng.choice([4, 6, 10]),
        note=world.rng.choice(CALL_NOTES),
    )
    task.state, task.touchpoint = TaskState.COMPLETED, contact
    task.closed_at, task.closed_by = world.at(day), by
    return contact


def _write_run(world, start, tasks):
    """The run of one Monday and its digests, one for everybody who owns a task."""
    period, owners = week.period_of(start.date()), {task.owner for task in tasks if task.owner}
    Run.objects.create(
        job=week.JOB,
        period_key=period,
        state=RunState.DONE,
        due_at=start,
        started_at=start + timedelta(seconds=21),
        finished_at=start + timedelta(seconds=23),
        counts={"new": len(tasks), "carried_over": 0, "digests": len(owners)},
    )
    rule = Rule.objects.get(kind=RuleKind.DIGEST)
    for person in owners:
        lines = "\n".join(f"- {task.partner.name}: {task.why}" for task in tasks if task.owner == person)
        subject, body = mail.digest(rule, practice=world.practice, person=person, people=lines)
        message = Message.objects.create(
            rule=rule,
            person=person,
            state=MessageState.SENT,
            due_at=start,
            created_at=start,
            attempt=1,
            sent_at=start + timedelta(seconds=40),
            to_address=person.email,
            subject=subject,
            body=body,
            text_fixed=True,
            reply="250 OK",
        )
        MessageCause.objects.create(
            rule=rule, message=message, fact=f"digest:{person.pk}:{period}", created_at=start
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
            location=people["staff"].home_location,
            due_on=today,
        ),
        Task(
            kind=TaskKind.OTHER,
            title="Send the new leaflet to the surgeries in Northgate",
            why="Promised at the last visit.",
            partner=tell["steady"],
            owner=people["staff"],
            location=people["staff"].home_location,
            due_on=today,
        ),
        Task(
            kind=TaskKind.OTHER,
            title=f"Prepare questions for {tell['advice'].name}",
            why="The monthly call is tomorrow.",
            partner=tell["advice"],
            owner=people["clinician"],
            location=people["clinician"].home_location,
            due_on=today,
        ),
        *_source_tasks(world, today),
    ]
    Task.objects.bulk_create(tasks)


def _source_tasks(world, today):
    """Ask who recommended us where nobody knows; thank a person who is no partner in person."""
    recent = (
        Referral.objects.received()
        .kept()
        .filter(happened_on__gte=world.today - timedelta(days=30))
        .select_related("location")
    )
    for referral in recent.filter(source=Source.UNKNOWN)[:4]:
        yield Task(
            kind=TaskKind.ASK_SOURCE,
            title="Ask who recommended us",
            why="The source of this referral is unknown.",
            referral=referral,
            location=referral.location,
            owner=world.people["staff"],
            due_on=today,
        )
    for referral in recent.filter(source__in=[Source.FORMER_PATIENT, Source.FAMILY_OR_STAFF])[:3]:
        yield Task(
            kind=TaskKind.PERSONAL_THANKS,
            title="Thank in person for a recommendation",
            why="A person who is not a partner recommended us.",
            referral=referral,
            location=referral.location,
            owner=world.people["clinician"],
            due_on=today,
        )


def make_frictions(world: World):
    """What was hard for them: one thing that waits for an answer, and one that was answered."""
    desk = world.people["staff"]
    engaged = Friction(
        partner=world.stories["quiet"],
        trouble="Our line was engaged on two mornings, so they gave up trying to refer.",
        happened_on=world.working_day_before(6),
        told_by="their receptionist",
        owner=desk,
    )
    late = Friction(
        partner=world.stories["steady"],
        trouble="A report reached them a day after the visit it was for.",
        happened_on=world.working_day_before(30),
        told_by="on the telephone",
        owner=world.people["clinician"],
        answer="We said sorry, and ask for the day of the next visit with each referral now.",
        answered_on=world.working_day_before(26),
    )
    for friction in (engaged, late):
        friction.opened_at = world.at(friction.happened_on, 11)
    return Friction.objects.bulk_create([engaged, late])


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
