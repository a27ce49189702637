"""What a partner wants with a referral."""

from partners.forms.partners import NO_PATIENT
from partners.models import Paperwork
from referralcrm.core.forms import HouseModelForm


class PaperworkForm(HouseModelForm):
    """One line of their checklist."""

    class Meta:
        model = Paperwork
        fields = ["what", "goes_with"]
        labels = {"what": "What they want", "goes_with": "With"}
        help_texts = {"what": NO_PATIENT}
