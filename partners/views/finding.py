"""Many postcodes at once; the single ones are a small list of the settings."""

from django.contrib import messages
from django.shortcuts import redirect, render

from partners.actions.finding import set_postcodes
from partners.forms import PostcodesForm
from partners.models import Postcode
from referralcrm.core.forms import bound, saved
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
def postcodes(request):
    form = bound(request, PostcodesForm)
    if number := saved(request, form, set_postcodes):
        messages.success(request, f"{number} postcode{'' if number == 1 else 's'} entered.")
        return redirect("practice:list", "postcodes")
    known = Postcode.objects.active().count()
    return render(request, "partners/postcodes.html", {"form": form, "known": known})
