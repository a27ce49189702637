"""Pages for what went wrong: what happened, what was kept, what to do."""

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def bad_request(request, exception=None):
    return render(request, "errors/400.html", status=400)


def forbidden(request, exception=None):
    return render(request, "errors/403.html", status=403)


def forged(request, reason=""):
    """A form whose protection token is missing or out of date."""
    return render(request, "errors/csrf.html", status=403)


def not_found(request, exception=None):
    return render(request, "errors/404.html", status=404)


def crashed(request):
    """Without context processors: the database may be what is down."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)
