"""What a patient said of a partner we sent them to, and what the manager looks into."""

from django import forms

from referralcrm.core.forms import HouseForm, VersionedForm
from referrals.forms.fields import day_field, several_lines
from referrals.states import Felt

SEALED = "Sealed, and read only by who may see patients."


class ExperienceForm(VersionedForm):
    """One word, perhaps a sentence, and the day the patient told us."""

    felt = forms.ChoiceField(label="How was it for the patient?", choices=Felt, widget=forms.RadioSelect)
    words = several_lines("In their words", help_text=SEALED)
    told_on = day_field("Told us on")

    def __init__(self, *args, experience=None, **kwargs):
        super().__init__(*args, **kwargs)
        if experience is None:
            del self.fields["version"]
        else:
            self.initial |= {name: getattr(experience, name) for name in self.fields}


class FlagForm(HouseForm):
    """What happened, for the manager."""

    words = several_lines("What happened?", required=True, help_text=SEALED)

    def values(self):
        """What ``actions.raise_flag`` takes."""
        return self.cleaned_data


class FlagAnswerForm(VersionedForm):
    """What came of it."""

    answer = several_lines("What came of it?", required=True, help_text=SEALED)

    def __init__(self, *args, flag, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"version": flag.version, "answer": flag.answer}
