"""What every printed page says of itself."""

from referralcrm.audit.actions import record
from referralcrm.core.printing import printed, typeset
from referralcrm.core.templatetags.house import day


def answer(request, name, data, *, title, filename, subject=None):
    """The page as a PDF, written down in the audit log; ``title`` says nothing of a patient."""
    practice = request.user.practice
    pdf = typeset(name, data, title=title, country=practice.country)
    record("printed", by=request.user, subject=subject, note=request.resolver_match.view_name)
    return printed(pdf, filename)


def printed_by(person) -> str:
    """Who printed it, and when on the practice's clock."""
    now = person.practice.now()
    return f"Printed {day(now)}, {now:%H:%M} by {person.name}"


def long_day(value) -> str:
    """Saturday 21 November 2026."""
    return f"{value:%A} {value.day} {value:%B %Y}"
