"""Sign-in, sign-out and one's own account."""

from copy import copy

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url

from referralcrm.audit.actions import record
from referralcrm.core.answers import back, is_path_of_ours, not_carried_out
from referralcrm.core.forms import bound, is_sent, saved
from referralcrm.core.refused import Refused
from referralcrm.practice import kept
from referralcrm.practice.actions import accounts as actions
from referralcrm.practice.forms import AccountForm, FirstPasswordForm, PasswordForm, SignInForm
from referralcrm.practice.middleware import end_session
from referralcrm.practice.models import User
from referralcrm.practice.permissions import Permission, allow, public
from referralcrm.practice.places import switch_to
from referralcrm.practice.scope import enter

IN_SESSION = "now"
LINK = "sign_in_link"


@public(methods="GET POST")
def sign_in(request):
    form = bound(request, SignInForm)
    target, token = _target(request), request.POST.get("kept", "")
    if is_sent(request, form):
        if person := form.authenticate(request):
            return _let_in(request, person, target, token)
        actions.note_failed_sign_in(form.cleaned_data["email"])
    context = {"form": form, "next": target, "kept": token, "idle": "idle" in request.GET}
    return render(request, "practice/sign_in.html", context)


def _let_in(request, person, target, token):
    """Sign ``person`` in and go to ``target``; typing kept for it waits in the session."""
    login(request, person)
    with enter(person.practice):
        record("signed in", by=person)
    if token:
        request.session[kept.SESSION_KEY] = [target, token]
    return redirect(target)


@public(methods="POST")
def sign_out(request):
    if request.user.is_authenticated:
        record("signed out", by=request.user)
        end_session(request)
    return redirect(settings.LOGIN_URL)


@allow(Permission.VIEW)
def stay(request):
    """Answered so that the idle clock starts again when a person says "still here"."""
    return HttpResponse(status=204)


@allow(Permission.VIEW, methods="GET POST")
def password(request):
    form = bound(request, PasswordForm, person=request.user)
    if is_sent(request, form):
        actions.change_password(request.user, new=form.cleaned_data["new"], by=request.user)
        update_session_auth_hash(request, request.user)
        messages.success(
            request, "Your password is changed. Other places where you were signed in are signed out."
        )
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "practice/password.html", {"form": form})


@allow(Permission.VIEW, methods="GET POST")
def account(request):
    """What a person says about themselves: where they usually work."""
    person = User.objects.get(pk=request.user.pk)
    form = bound(request, AccountForm, instance=copy(person))
    if saved(request, form, actions.choose_home, person):
        messages.success(request, "Saved.")
        return redirect("practice:account")
    return render(request, "practice/account.html", {"form": form})


@allow(Permission.VIEW, methods="POST")
def switch(request):
    """Show another ``location`` from now on (an id), or every one (an empty text); back to the page."""
    if not switch_to(request, request.POST.get("location", "")):
        refused = Refused("That place is not in use any more; nothing was switched.")
        return not_carried_out(request, refused)
    return redirect(back(request))


@public(methods="GET POST")
def set_password(request, uid, token):
    """The one-time link. Its token moves to the session at once, so that no address shows it again."""
    if token != IN_SESSION:
        request.session[LINK] = token
        return redirect("practice:set_password", uid, IN_SESSION)
    person = User.objects.active().filter(pk=uid).select_related("practice").first()
    if not default_token_generator.check_token(person, request.session.get(LINK)):
        return render(request, "practice/link_over.html", status=410)
    form = bound(request, FirstPasswordForm, person=person)
    if is_sent(request, form):
        actions.set_first_password(person, new=form.cleaned_data["new"])
        del request.session[LINK]
        messages.success(request, "Your password is set. Sign in with it.")
        return redirect(settings.LOGIN_URL)
    return render(request, "practice/set_password.html", {"form": form, "person": person})


def locked_out(request, *args, **kwargs):
    """What django-axes answers after repeated failures."""
    return render(
        request, "practice/locked_out.html", {"minutes": int(settings.AXES_COOLOFF_TIME * 60)}, status=429
    )


def _target(request):
    """Where to go after sign-in: ``next`` when it is a path of ours, else Today."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if is_path_of_ours(wanted):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)
