"""Pages for what went wrong: what happened, what was kept, what to do."""

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from referralcrm.practice import kept
from referralcrm.practice.views.trash import gone


def bad_request(request, exception=None):
    return render(request, "errors/400.html", status=400)


def forbidden(request, exception=None):
    return render(request, "errors/403.html", status=403)


def forged(request, reason=""):
    """A form whose token is missing or older than the last sign-in; typing is kept for its page."""
    view = getattr(request.resolver_match, "func", None)
    can_refill = request.user.is_authenticated and "GET" in getattr(view, "methods", ())
    if can_refill:
        kept.hold(request, path=request.get_full_path(), body=request.POST)
    context = {"reopen": request.get_full_path() if can_refill else ""}
    return render(request, "errors/csrf.html", context, status=403)


def not_found(request, exception=None):
    """Nothing there; or what stood there waits in the trash, and the page says so."""
    return gone(request) or render(request, "errors/404.html", status=404)


def crashed(request):
    """Without context processors: the database may be what is down."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)
