"""Start-up refuses a database role that row-level security would not hold."""

from django.core.checks import Error, Tags, register
from django.db import connections

FAULTS = """
    SELECT rolsuper, rolbypassrls,
           EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
      FROM pg_roles WHERE rolname = current_user
"""


@register(Tags.database)
def application_role_is_walled(databases=None, **kwargs):
    """The role of DATABASE_URL is no superuser, cannot bypass row-level security and owns nothing."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(FAULTS)
        superuser, bypasses, owns = cursor.fetchone()
    told = [
        (superuser, "is a superuser"),
        (bypasses, "can bypass row-level security"),
        (owns, "owns tables"),
    ]
    return [
        Error(
            f"The role in DATABASE_URL {fault}; practices would not be kept apart.",
            hint="Use a plain role there and the owner in OWNER_DATABASE_URL.",
            id="core.E001",
        )
        for found, fault in told
        if found
    ]
