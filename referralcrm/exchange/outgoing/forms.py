"""What a person says about a list that is taken out."""

from django import forms

from referralcrm.core.forms import HouseForm

IN_ALL = (
    "With every column also their dates of birth and phone numbers, and the reasons. Otherwise a patient "
    "stands there by record number."
)
LEFT_OUT = "A patient may be named in them. Otherwise they are left out."
BY_NUMBER = "Otherwise a patient stands there by record number."


class ExportForm(HouseForm):
    """What is asked of a ``kind``; ``shown`` are the columns of the list as it is looked at."""

    as_seen = forms.TypedChoiceField(
        label="What the file is for", coerce=lambda said: said == "seen", widget=forms.RadioSelect
    )
    has_names = forms.BooleanField(required=False)

    def __init__(self, *args, kind, shown, may_name: bool, **kwargs):
        super().__init__(*args, initial={"as_seen": "seen"}, **kwargs)
        headings = ", ".join(column.label for column in shown)
        seen = f"To read: the list as you see it, in its order. {headings}"
        purpose = "To bring in again, or for another system" if kind.comes_in_again else "For another system"
        everything = f"{purpose}: every column there is, under our own headings"
        self.fields["as_seen"].choices = [("seen", seen), ("all", everything)]
        if not (kind.seen and kind.whole):
            del self.fields["as_seen"]
        if not (kind.named and may_name):
            del self.fields["has_names"]
        else:
            self.fields["has_names"].label = f"With {kind.named}"
            self.fields["has_names"].help_text = f"{_otherwise(kind, shown)} Whom the file names is noted."


def _otherwise(kind, shown):
    if kind.whole and kind.whole.names:
        return IN_ALL
    return LEFT_OUT if any(column.only_named for column in shown) else BY_NUMBER
