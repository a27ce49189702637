"""From the demo to one's own practice, in one step that is done whole or not at all."""

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from psycopg2 import sql

from referralcrm.audit.actions import record
from referralcrm.core.refused import Refused
from referralcrm.practice.actions import found
from referralcrm.practice.models import Practice, PracticeOwned, User
from referralcrm.practice.scope import enter


@transaction.atomic
def start_with_own_data(demo, **answers):
    """Remove the demo practice and found one's own; returns its manager, who may sign in.

    ``answers`` are those of ``practice.actions.found``. Raises Refused when the demo is gone already
    or the e-mail is taken.
    """
    remove(demo)
    try:
        with transaction.atomic():
            manager = found(**answers)
    except IntegrityError as error:
        raise Refused("Somebody already signs in with this e-mail.", field="email") from error
    with enter(manager.practice):
        record("removed the demo practice", by=manager)
    return manager


@transaction.atomic
def remove(demo):
    """Delete every row of a demo practice; its audit events stay. Raises Refused for any other practice.

    The walls are in force: the database itself lets no other practice's row be touched. Foreign keys
    are checked at the end, so the order of tables does not matter.
    """
    if not Practice.objects.select_for_update().filter(pk=demo.pk, is_demo=True).exists():
        raise Refused("The demo practice is gone already. Sign in with what you chose.")
    with enter(demo):
        for model in apps.get_models():
            if issubclass(model, PracticeOwned):
                _delete(model, "practice_id", demo)
        _delete(User, "practice_id", demo)
        _delete(Practice, "id", demo)
    connection.check_constraints()


def _delete(model, column, practice):
    statement = sql.SQL("DELETE FROM {} WHERE {} = %s").format(
        sql.Identifier(model._meta.db_table), sql.Identifier(column)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [str(practice.pk)])
