"""The words of a story or a compliment."""

from django import forms

from outreach.states import StoryWay
from referralcrm.core.forms import HouseForm, VersionedForm

WITHOUT = (
    "No name, initials, dates or numbers: nothing that tells who it was. It is checked, and you approve it."
)


class StoryForm(VersionedForm):
    """What went well, in a few sentences."""

    words = forms.CharField(
        label="In a few sentences",
        max_length=2000,
        help_text=WITHOUT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args, story=None, **kwargs):
        super().__init__(*args, **kwargs)
        if story is None:
            del self.fields["version"]
        else:
            self.initial |= {"words": story.words, "version": story.version}


class ShareForm(HouseForm):
    """To whom it goes and how; without either to the partner of the referral, by e-mail."""

    version = forms.IntegerField(required=False)
    partner = forms.UUIDField(required=False)
    way = forms.ChoiceField(label="How", choices=StoryWay, required=False)

    def __init__(self, *args, recipient=None, **kwargs):
        super().__init__(*args, **kwargs)
        if recipient:
            by_mail = recipient.email and not recipient.has_opted_out
            ways = [choice for choice in StoryWay.choices if by_mail or choice[0] != StoryWay.EMAIL]
            self.fields["way"].choices = ways
            attrs = {"id": f"how-{recipient.pk}", "class": "form-select form-select-sm"}
            self.fields["way"].widget.attrs |= attrs
