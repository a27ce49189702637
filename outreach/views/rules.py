"""The practice's rules and their templates, with a preview."""

from copy import copy

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from outreach import mail
from outreach.actions import rules
from outreach.forms.messages import RuleForm
from outreach.models import Rule
from referralcrm.core.forms import bound, is_sent, refuse
from referralcrm.core.refused import Refused
from referralcrm.practice.permissions import Permission, allow

LETTER_CSP = {"default-src": [NONE], "frame-ancestors": [SELF], "sandbox": True}


@allow(Permission.MANAGE_PRACTICE)
def index(request):
    return render(request, "outreach/rules.html", {"rules": Rule.objects.order_by("-kind")})


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
def edit(request, pk):
    rule = get_object_or_404(Rule.objects.all(), pk=pk)
    form = bound(request, RuleForm, instance=copy(rule))
    if is_sent(request, form):
        try:
            rules.change(rule, by=request.user, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            notices.success(request, "The rule is saved.")
            return redirect("outreach:rules")
    fields = [(name, mail.FIELDS[name]) for name in mail.FIELDS_OF[rule.kind]]
    return render(request, "outreach/rule.html", {"form": form, "rule": rule, "fields": fields})


@allow(Permission.MANAGE_PRACTICE, methods="GET POST")
@csp(LETTER_CSP)
def preview(request, pk):
    """The letter as it would read with the words being typed (``body``), else with those saved."""
    rule = get_object_or_404(Rule.objects.all(), pk=pk)
    body = request.POST.get("body", rule.body)[:4000]
    return HttpResponse(mail.sample(rule.kind, body, practice=request.user.practice))
