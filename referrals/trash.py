"""What people can delete here, and bring back. Nothing said of a referral here names its patient."""

from django.db.models import Case, F, Func, TextField, Value, When
from django.db.models.functions import Coalesce, Concat

from referralcrm.core.choices import label_of
from referralcrm.practice.permissions import Permission
from referralcrm.practice.trash import Kind, keep
from referrals import actions
from referrals.actions import advice
from referrals.models import (
    AdviceRequest,
    Attachment,
    CareTeamMember,
    Experience,
    QualityFlag,
    Referral,
    Report,
    Story,
)
from referrals.states import (
    AdviceDirection,
    AdviceKind,
    CareRole,
    Direction,
    Paper,
    ReportType,
    Source,
    StoryKind,
)


def _day(name):
    return Func(F(name), Value("FMDD Mon YYYY"), function="to_char", output_field=TextField())


keep(
    Kind(
        slug="referrals",
        one="referral",
        many="Referrals",
        model=Referral,
        permission=Permission.LOG,
        restore=actions.restore,
        page=Referral.get_absolute_url,
        opened_by=("referrals:detail", "referrals:update", "referrals:patient", "referrals:pass_on"),
        called=Concat(
            Case(
                When(direction=Direction.RECEIVED, then=Value("Received: ")),
                default=Value("Sent: "),
                output_field=TextField(),
            ),
            Coalesce("partner__name", label_of("source", Source)),
        ),
        about=_day("happened_on"),
    )
)
keep(
    Kind(
        slug="attachments",
        one="piece of paper",
        many="Paper with referrals",
        model=Attachment,
        permission=Permission.LOG,
        restore=actions.bring_attachment_back,
        page=lambda attached: attached.referral.get_absolute_url(),
        opened_by=("referrals:attachment",),
        called=Concat(label_of("kind", Paper), Value(" of "), _day("received_on"), output_field=TextField()),
        about=Coalesce("referral__partner__name", Value(""), output_field=TextField()),
    )
)
keep(
    Kind(
        slug="care-team",
        one="clinician of a patient",
        many="Patients’ other clinicians",
        model=CareTeamMember,
        permission=Permission.LOG,
        restore=actions.bring_clinician_back,
        page=lambda member: member.referral.get_absolute_url(),
        called=Concat(
            label_of("role", CareRole),
            Value(": "),
            Coalesce("partner__name", Value("none")),
            output_field=TextField(),
        ),
    )
)
keep(
    Kind(
        slug="questions",
        one="question",
        many="Questions",
        model=AdviceRequest,
        permission=Permission.LOG,
        restore=advice.restore,
        page=AdviceRequest.get_absolute_url,
        opened_by=("referrals:advice_request", "referrals:answer_advice", "referrals:advice_letter"),
        called=Concat(
            Case(
                When(direction=AdviceDirection.RECEIVED, then=Value("Asked by ")),
                default=Value("Asked of "),
                output_field=TextField(),
            ),
            "partner__name",
        ),
        about=label_of("kind", AdviceKind),
    )
)
keep(
    Kind(
        slug="experiences",
        one="thing a patient said",
        many="What patients said",
        model=Experience,
        permission=Permission.LOG,
        restore=actions.restore_experience,
        page=lambda told: told.referral.get_absolute_url(),
        opened_by=("referrals:experience",),
        called=Concat(Value("What a patient said on "), _day("told_on"), output_field=TextField()),
        about=Coalesce("referral__partner__name", Value(""), output_field=TextField()),
    )
)
keep(
    Kind(
        slug="quality-flags",
        one="quality flag",
        many="Quality flags",
        model=QualityFlag,
        permission=Permission.LOG,
        restore=actions.restore_flag,
        page=lambda flag: flag.referral.get_absolute_url(),
        opened_by=("referrals:answer_flag",),
        called=Concat(Value("Quality flag of "), _day("raised_at"), output_field=TextField()),
        about=Coalesce("referral__partner__name", Value(""), output_field=TextField()),
    )
)
keep(
    Kind(
        slug="stories",
        one="story",
        many="Success stories and compliments",
        model=Story,
        permission=Permission.LOG,
        restore=actions.bring_story_back,
        page=lambda story: story.referral.get_absolute_url(),
        opened_by=("outreach:story", "outreach:retell_story"),
        called=label_of("kind", StoryKind),
        about=Coalesce("referral__partner__name", Value(""), output_field=TextField()),
    )
)
keep(
    Kind(
        slug="reports",
        one="draft of a report or letter",
        many="Drafts of reports and letters",
        model=Report,
        permission=Permission.LOG,
        restore=actions.reports.restore,
        page=Report.get_absolute_url,
        opened_by=("referrals:document", "referrals:write_report", "referrals:enclose"),
        called=Concat(
            label_of("kind", ReportType), Value(", begun on "), _day("started_at"), output_field=TextField()
        ),
        about=Coalesce("referral__partner__name", Value(""), output_field=TextField()),
    )
)
