"""Who else treats some of the patients, and what they agreed to; what went well, told without them."""

from datetime import timedelta

from outreach.actions.messages import stories
from outreach.actions.messages.stories import message_of
from referralcrm.demo.cast import REASONS
from referralcrm.demo.mailed import mailed, written_to
from referralcrm.demo.sending import agree
from referrals import actions
from referrals.models import CareTeamMember, Experience, Referral, Story
from referrals.states import (
    CareRole,
    ConsentHow,
    ConsentScope,
    ConsentTo,
    Felt,
    Journey,
    StoryKind,
)

TEAMS = [  # role, story; nobody: the patient has none
    (CareRole.PRIMARY_CARE, "steady"),
    (CareRole.SURGEON, "steady2"),
    (CareRole.SPECIALIST, "card"),
    (CareRole.PRIMARY_CARE, ""),
]
WENT_WELL = {  # by reason
    REASONS[
        0
    ]: "They could not lift a cup at first. Now they lift a grandchild, and sleep through every night.",
    REASONS[
        5
    ]: "They were afraid of the stairs after a fall. Weeks of training later they danced at a wedding.",
}
PRAISE = "She listened, drew the knee on a sheet of paper, and for the first time it made sense."


def make_agreed(world):
    """Teams and consents of patients in care, a story that was shared and one that was not, and praise."""
    referrals = _of_other_patients(Referral.objects.kept().received().filter(journey=Journey.IN_CARE))
    for referral, (role, story) in zip(referrals, TEAMS, strict=False):
        _note(world, referral, role, story)
    for referral, ends_after in zip(referrals, (9, 180, None), strict=False):
        until = ends_after and world.today + timedelta(days=ends_after)
        to, how = ConsentTo.CARE_TEAM, ConsentHow.WRITTEN
        agree(world, referral, on=referral.attended_on, to=to, until=until, given_how=how)
    _tell(world)
    _praise(world)


def _of_other_patients(referrals):
    """Those of partners, the latest first, each patient once and none whose team is known."""
    rows = referrals.filter(partner__isnull=False).exclude(patient__in=_with_a_team())
    rows = rows.select_related("patient", "partner").order_by("-happened_on", "-id")
    return list({row.patient_id: row for row in reversed(rows[:80])}.values())[::-1]


def _with_a_team():
    return CareTeamMember.objects.values("referral__patient")


def _note(world, referral, role, story):
    staff = world.people["staff"]
    if not story:
        actions.say_none(referral, by=staff)
    elif referral.partner != world.stories[story]:
        actions.add_clinician(referral, by=staff, role=role, partner=world.stories[story])
    noted_at = world.at(referral.attended_on, 9.5)
    CareTeamMember.objects.filter(referral=referral).update(noted_at=noted_at)


def _tell(world):
    """Two stories of care that is complete: the partner of one has it, the other waits for a decision."""
    over = Referral.objects.kept().received().filter(journey=Journey.COMPLETED, partner__in=written_to())
    over = over.filter(completed_on__lte=world.today - timedelta(days=4))
    rows = _of_other_patients(over)
    for number, (reason, words) in enumerate(WENT_WELL.items()):
        referral = next((row for row in rows if row.reason == reason), None)
        if referral is None:
            continue
        at = world.at(world.workday(referral.completed_on), 15.5)
        story = _written(world, referral, words, StoryKind.STORY, at)
        if number == 0:
            agree(world, referral, on=referral.completed_on, scope=[ConsentScope.STORY])
            _share(world, story, at)


def _praise(world):
    """What a patient said well of a partner was passed on to them."""
    said = Experience.objects.kept().filter(felt=Felt.GOOD, referral__partner__in=written_to())
    good = said.select_related("referral__patient", "referral__partner")
    if one := good.order_by("told_on", "id").first():
        at = world.at(world.workday(one.told_on), 16)
        story = _written(world, one.referral, PRAISE, StoryKind.COMPLIMENT, at)
        agree(world, one.referral, on=one.told_on, scope=[ConsentScope.COMPLIMENT])
        _share(world, story, at)


def _written(world, referral, words, kind, at):
    story = actions.tell(referral, by=world.people["staff"], words=words, kind=kind)
    Story.objects.filter(pk=story.pk).update(written_at=at)
    return Story.objects.select_related("referral__patient", "referral__partner", "referral__location").get(
        pk=story.pk
    )


def _share(world, story, at):
    stories.share(story, by=world.people["manager"])
    Story.objects.filter(pk=story.pk).update(shared_at=at)
    if message := message_of(story):
        mailed(message, at)
        type(message).objects.filter(pk=message.pk).update(approved_at=at)
