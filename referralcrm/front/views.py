"""Pages that read several apps."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from outreach.actions import week
from outreach.models import Run
from referralcrm.front import health as wellbeing
from referralcrm.front.rail import numbers
from referralcrm.front.today import Today
from referralcrm.practice.permissions import Permission, allow, public
from referralcrm.practice.places import chosen_place
from referralcrm.practice.pulse import live


@allow(Permission.VIEW)
@live(
    *("referral", "obligation", "patient", "detailsrequest"),
    *("partner", "task", "touchpoint", "message", "friction", "advicerequest", "consent"),
)
def today(request):
    """What needs me, or with ``?for=everybody`` the practice."""
    here = chosen_place(request)
    page = Today(request.user, everybody=request.GET.get("for") == "everybody", location=here)
    request.numbers = page.numbers
    return render(request, "front/today.html", {"page": page, "today": page.day, "here": here})


@allow(Permission.VIEW_HEALTH)
def health(request):
    """What ran, what runs next, what is late, and where the messages are."""
    request.numbers = numbers(request.user, chosen_place(request))
    states = wellbeing.messages_by_state()
    context = {
        "numbers": request.numbers,
        "runs": list(Run.objects.filter(job=week.JOB)[:8]),
        "states": states,
    }
    return render(request, "front/health.html", context)


@public()
@never_cache
def healthz(request):
    """200 when everything that must run runs; else 503 with one reason a line."""
    reasons = wellbeing.complaints()
    return HttpResponse(
        "\n".join(reasons or ["ok"]) + "\n", status=503 if reasons else 200, content_type="text/plain"
    )
