"""Which partners we have not been in touch with for longer than their circle asks, by one statement.

The clock counts from the last real contact of any kind, theirs included (every touchpoint but a
note), or from the day the partner was entered (docs/adr/0006-monday.md).
"""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from outreach.models import Cadence, Task
from outreach.states import REAL_CONTACTS, TaskKind, TaskState, TouchpointKind
from partners.states import Circle, Stage
from referralcrm.practice.models import User
from referralcrm.practice.permissions import Permission
from referralcrm.practice.states import Role

JITTER_DAYS = 3
SKIPPED_FOR = timedelta(days=28)
CIRCLE_WORDS = {circle: circle.label.capitalize() for circle in Circle} | {"dormant": "Dormant"}
CONTACT_WORDS = {
    TouchpointKind.CALL: "by phone",
    TouchpointKind.VISIT: "on a visit",
    TouchpointKind.LUNCH: "over lunch",
    TouchpointKind.MDT: "at an MDT meeting",
    TouchpointKind.LETTER: "by letter",
    TouchpointKind.MESSAGE: "by message",
    TouchpointKind.GIFT: "with a gift",
    TouchpointKind.EVENT: "at an event",
    TouchpointKind.ADVICE: "about a question",
}

# sha256 and not hashtext(): the jitter must be the same on every server and after every upgrade.
OPEN = """
WITH last AS (
    SELECT DISTINCT ON (partner_id) partner_id, happened_on, kind
      FROM outreach_touchpoint
     WHERE practice_id = %(practice)s AND deleted_at IS NULL AND kind = ANY(%(real)s)
     ORDER BY partner_id, happened_on DESC, id DESC
), waiting AS (
    SELECT p.id, p.name, words.circle, words.days, last.kind,
           CASE WHEN p.owner_id = ANY(%(present)s::uuid[]) THEN p.owner_id
                WHEN p.backup_id = ANY(%(present)s::uuid[]) THEN p.backup_id
                ELSE %(manager)s::uuid END AS asked,
           %(today)s::date - COALESCE(last.happened_on, (p.created_at AT TIME ZONE %(zone)s)::date) AS since
      FROM partners_partner p
      JOIN unnest(%(circles)s::text[], %(words)s::text[], %(days)s::int[]) AS words (key, circle, days)
        ON words.key = CASE WHEN p.stage = %(dormant)s THEN 'dormant' ELSE p.circle END
      LEFT JOIN last ON last.partner_id = p.id
     WHERE p.practice_id = %(practice)s AND p.deleted_at IS NULL AND p.merged_into_id IS NULL
       AND p.stage <> %(ended)s
)
INSERT INTO outreach_task (id, practice_id, kind, title, why, partner_id, owner_id, location_id, due_on,
                           state, period_key, skipped_because, created_at, version)
SELECT gen_random_uuid(), %(practice)s, %(check_in)s, 'Keep in touch with ' || waiting.name,
       waiting.circle || ', every ' || waiting.days || ' days; '
       || CASE WHEN waiting.kind IS NULL
               THEN 'no contact written down in the ' || since || ' days we know them.'
               ELSE 'last in touch ' || since || ' days ago, ' || contact.words || '.' END,
       waiting.id, waiting.asked, person.home_location_id,
       %(today)s, %(requested)s, %(period)s, '', %(now)s, 1
  FROM waiting
  LEFT JOIN unnest(%(kinds)s::text[], %(contacts)s::text[]) AS contact (kind, words) USING (kind)
  LEFT JOIN practice_user person ON person.id = waiting.asked
 WHERE since >= days + get_byte(sha256(waiting.id::text::bytea), 0) %% %(spread)s - %(jitter)s
   AND NOT EXISTS (
       SELECT FROM outreach_task t
        WHERE t.practice_id = %(practice)s AND t.partner_id = waiting.id AND t.kind = %(check_in)s
          AND (t.state = %(requested)s
               OR t.state = %(rejected)s AND t.closed_at > %(skipped_since)s))
    ON CONFLICT DO NOTHING
"""


def open_check_ins(practice, period, today) -> dict:
    """A task for the owner of each partner past the interval; {"new": …, "carried_over": …}."""
    carried_over = Task.objects.open().filter(kind=TaskKind.CHECK_IN).count()
    cadences = dict(Cadence.objects.values_list("circle", "days"))
    present, manager = people(practice, today)
    with connection.cursor() as cursor:
        cursor.execute(
            OPEN,
            {
                "practice": practice.pk,
                "zone": practice.time_zone,
                "today": today,
                "period": period,
                "real": sorted(REAL_CONTACTS),
                "circles": list(cadences),
                "words": [CIRCLE_WORDS[circle] for circle in cadences],
                "days": list(cadences.values()),
                "kinds": list(CONTACT_WORDS),
                "contacts": list(CONTACT_WORDS.values()),
                "dormant": Stage.DORMANT,
                "ended": Stage.ENDED,
                "check_in": TaskKind.CHECK_IN,
                "requested": TaskState.REQUESTED,
                "rejected": TaskState.REJECTED,
                "present": present,
                "manager": manager,
                "jitter": JITTER_DAYS,
                "spread": 2 * JITTER_DAYS + 1,
                "now": timezone.now(),
                "skipped_since": timezone.now() - SKIPPED_FOR,
            },
        )
        return {"new": cursor.rowcount, "carried_over": carried_over}


def people(practice, today):
    """The ids of who can be asked today, and of the manager who is asked when nobody else can (or None)."""
    here = User.objects.active().filter(practice=practice).order_by("created_at", "id")
    able = [person for person in here if person.may(Permission.LOG)]
    present = [person for person in able if not person.is_away(today)]
    managers = [person for person in [*present, *able] if person.role == Role.MANAGER]
    return [person.pk for person in present], managers[0].pk if managers else None
