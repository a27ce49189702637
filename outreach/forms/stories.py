"""The words of a story or a compliment."""

from django import forms

from referralcrm.core.forms import VersionedForm

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
