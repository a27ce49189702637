"""A partner's own word on e-mail, obeyed at once."""

from django.db import transaction
from django.utils import timezone

from partners.models import Partner
from partners.signals import partner_opted_out, partner_resumed
from referralcrm.audit.actions import record
from referralcrm.core.versions import lock, write


@transaction.atomic
def opt_out(partner, *, by):
    """No e-mail to them from this moment, queued ones included. Repeating it changes nothing."""
    current = lock(partner)
    if not current.has_opted_out:
        write(current, email_opted_out_at=timezone.now())
        record("opted out of e-mail", by=by, subject=current, changed=["email_opted_out_at"])
        partner_opted_out.send(Partner, partner=current, by=by)
    return current


@transaction.atomic
def opt_in(partner, *, by):
    """They said that e-mail is welcome again."""
    current = lock(partner)
    if current.has_opted_out:
        write(current, email_opted_out_at=None)
        record("opted in to e-mail", by=by, subject=current, changed=["email_opted_out_at"])
        partner_resumed.send(Partner, partner=current, by=by)
    return current
