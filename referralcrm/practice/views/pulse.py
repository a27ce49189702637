"""Has somebody changed what a list shows? Asked every few seconds by every list that is being looked at.

The audit log knows: every write leaves a row there in its own transaction. The question names kinds
of rows and a moment, nobody and nothing else, and is one look at an index.
"""

from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from referralcrm.audit.models import AuditEvent
from referralcrm.practice.permissions import Permission, allow

UNDER_WAY = timedelta(seconds=5)  # between a write's audit row and its commit, clocks' differences included
LONGEST = timedelta(days=3)
KINDS_AT_MOST = 20


@allow(Permission.VIEW)
def pulse(request):
    """204 while nothing changed; else who changed something last. One's own changes count from ``since``."""
    since, kinds = _moment(request.GET.get("since", "")), request.GET.get("of", "")[:400].split(",")
    if since is None:
        return HttpResponse(status=204)
    seen_by_the_page = Q(at__lt=since, actor_id=request.user.pk)
    changes = (
        AuditEvent.objects.of(request.user.practice).changes().filter(subject_type__in=kinds[:KINDS_AT_MOST])
    )
    last = changes.filter(at__gte=since - UNDER_WAY).exclude(seen_by_the_page).first()
    if last is None:
        return HttpResponse(status=204)
    is_own = last.actor_id == request.user.pk
    return JsonResponse({"who": "You, in another window," if is_own else _capital(last.actor_name)})


def _moment(text):
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    is_near = moment.tzinfo is not None and abs(timezone.now() - moment) < LONGEST
    return moment if is_near else None


def _capital(name):
    return name[:1].upper() + name[1:]
