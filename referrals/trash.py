"""What people can delete here, and bring back. Nothing said of a referral here names its patient."""

from django.db.models import Case, F, Func, TextField, Value, When
from django.db.models.functions import Coalesce, Concat

from referralcrm.core.choices import label_of
from referralcrm.practice.permissions import Permission
from referralcrm.practice.trash import Kind, keep
from referrals import actions
from referrals.models import Referral
from referrals.states import Direction, Source

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
        about=Func(F("happened_on"), Value("FMDD Mon YYYY"), function="to_char", output_field=TextField()),
    )
)
