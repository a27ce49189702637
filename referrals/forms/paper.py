"""Files that came on paper."""

from django import forms

from referralcrm.core.content import CONTENTS, recognised
from referralcrm.core.forms import HouseForm
from referralcrm.core.refused import Refused
from referralcrm.practice.scope import current_practice
from referrals.forms.fields import day_field, words
from referrals.states import PAPER_BYTES, Paper

LARGEST = f"{PAPER_BYTES // 1024**2} MB"
AT_ONCE = 10
ACCEPTED = ",".join([*CONTENTS, *(f".{content.extension}" for content in CONTENTS.values())])
TAKES = f"PDF, JPEG, PNG, TIFF, WebP or HEIC, up to {LARGEST} each. Drop them here or choose."


class Files(forms.ClearableFileInput):
    """A field for several files; a browser lets people drop them on it."""

    allow_multiple_selected = True


class PaperField(forms.FileField):
    """Uploaded files as a list, each told by its bytes to be paper; the first fault is said."""

    widget = Files

    def __init__(self, **kwargs):
        kwargs.setdefault("label", "Files")
        kwargs.setdefault("help_text", TAKES)
        super().__init__(**kwargs)
        self.error_messages |= {"required": "Choose the file.", "empty": "This file is empty."}
        self.widget.attrs |= {"multiple": True, "accept": ACCEPTED, "class": "drop-here"}

    def clean(self, data, initial=None):
        uploads = [upload for upload in (data if isinstance(data, list) else [data]) if upload]
        if not uploads:
            return [super().clean(None, initial)] if self.required else []
        if len(uploads) > AT_ONCE:
            raise forms.ValidationError(f"At most {AT_ONCE} files at a time.")
        return [self._clean_one(super(PaperField, self).clean(upload, initial)) for upload in uploads]

    def _clean_one(self, upload):
        if upload.size > PAPER_BYTES:
            raise forms.ValidationError(f"This file is larger than {LARGEST}.")
        try:
            recognised(upload)
        except Refused as refused:
            raise forms.ValidationError(refused.message) from refused
        return upload


class AttachForm(HouseForm):
    """One or more files with what they are."""

    file = PaperField()
    kind = forms.ChoiceField(label="What is it?", choices=Paper)
    received_on = day_field("Received on")
    title = words("A few words", 120, help_text="Instead of the name of the file.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"received_on": current_practice().today(), "kind": Paper.FAX}

    def values(self):
        """What ``actions.attach`` takes, for each file."""
        rest = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return [{"file": upload} | rest for upload in self.cleaned_data["file"]]


class ArrivedForm(HouseForm):
    """The report they promised, with whether they know that we have it."""

    file = PaperField(label="Their report")
    received_on = day_field("Received on")
    title = words("A few words", 120, help_text="Instead of the name of the file.")
    acknowledged = forms.BooleanField(
        label="They know that we have it",
        required=False,
        initial=True,
        help_text="A call, a fax, a line back.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, report, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"received_on": current_practice().today(), "version": report.version}

    def values(self):
        """What ``actions.take_in`` takes."""
        rest = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return rest | {"files": self.cleaned_data["file"], "version": rest["version"] or 0}

    def show_current(self, current):
        """Somebody was first; what was typed stays."""
        self.add_error(
            None, f"This report is {current.get_state_display()} by now. Attach the paper by itself."
        )
