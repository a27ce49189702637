"""How often we want to be in touch, a number of days for each circle."""

from crispy_forms.bootstrap import AppendedText
from crispy_forms.layout import Div, Layout
from django import forms

from outreach.models.automation import LONGEST_DAYS, SHORTEST_DAYS
from referralcrm.core.forms import VersionedForm


def days(label, help_text=""):
    return forms.IntegerField(
        label=label, min_value=SHORTEST_DAYS, max_value=LONGEST_DAYS, help_text=help_text
    )


class CadencesForm(VersionedForm):
    inner = days("Inner circle")
    network = days("Network")
    light = days("Light touch")
    dormant = days("Dormant", "Whatever their circle: people with whom it has become quiet.")

    def layout(self):
        inner, network, light, dormant = (
            AppendedText(name, "days") for name in ("inner", "network", "light", "dormant")
        )
        return Layout("version", Div(inner, network, css_class="two"), Div(light, dormant, css_class="two"))
