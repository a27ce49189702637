"""A thank-you card for a partner, and its envelope. Neither says a word about a patient."""

from django.shortcuts import get_object_or_404, render

from partners.models import Partner
from referralcrm.core.refused import Refused
from referralcrm.front.prints.forms import CardForm, EnvelopeForm
from referralcrm.front.prints.frame import answer
from referralcrm.front.prints.sizes import ENVELOPES
from referralcrm.practice.addresses import sender_of
from referralcrm.practice.permissions import Permission, allow
from referralcrm.practice.places import places

WORDS = """Dear {greeting},

Thank you for trusting us with your patients. It means a lot to all of us here.

If there is anything that would make it easier to work with us, please just call.

With kind regards
{person}
{practice}"""


@allow(Permission.LOG)
def thanks(request, pk):
    """What to print: the card, folded or flat, with words or lines; and the envelope."""
    partner = _partner(pk)
    practice = request.user.practice
    words = WORDS.format(greeting=partner.greeting, person=request.user.name, practice=practice.name)
    context = {
        "partner": partner,
        "form": CardForm(initial={"fold": "folded", "words": words}),
        "envelope": EnvelopeForm(country=practice.country),
        "address": partner.address_lines(country=practice.country),
    }
    return render(request, "front/print_thanks.html", context)


@allow(Permission.LOG, methods="POST")
def card(request, pk):
    """Posted, so that what is written to somebody stands in no address."""
    partner, form = _partner(pk), CardForm(request.POST)
    if not form.is_valid():
        raise Refused(_first_error(form))
    data = {
        "folded": form.cleaned_data["fold"] == "folded",
        "words": form.cleaned_data["words"].replace("\r\n", "\n").strip(),
        "greeting": partner.greeting,
        "sender": sender_of(request.user, location=places(request).here),
    }
    title = f"Thank-you card for {partner}"
    return answer(request, "card", data, title=title, filename="card.pdf", subject=partner)


@allow(Permission.LOG)
def envelope(request, pk):
    partner, country = _partner(pk), request.user.practice.country
    form = EnvelopeForm(request.GET if "size" in request.GET else {"size": _usual(country)}, country=country)
    if not form.is_valid():
        raise Refused(_first_error(form))
    size = ENVELOPES[form.cleaned_data["size"]]
    to = partner.address_lines(country=country) or [partner.name]
    data = {
        "sender": sender_of(request.user, location=places(request).here),
        "to": to,
        "width": size.width,
        "height": size.height,
    }
    title = f"Envelope for {partner}"
    return answer(request, "envelope", data, title=title, filename="envelope.pdf", subject=partner)


def _partner(pk):
    return get_object_or_404(Partner.objects.kept().with_office(), pk=pk)


def _usual(country):
    return EnvelopeForm(country=country).fields["size"].choices[0][0]


def _first_error(form):
    return next(str(errors[0]) for errors in form.errors.values())
