"""Finding who may be here twice, by one statement for each kind of row; people decide.

Rows are compared only within a block: the same e-mail, phone, provider number, postcode or name, or the
same family name and initial. A block of more than 50 says nothing about anybody and is left out, so that
the work grows with the rows and not with their square.
"""

from datetime import timedelta
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import DateTimeField, Exists, F, Func, OuterRef, Value
from django.utils import timezone

from partners.actions.merges import late
from partners.models import DuplicateSearch, LikelyPair, Organisation, Partner
from referralcrm.audit.actions import record
from referralcrm.practice.models import Practice
from referralcrm.practice.scope import current_practice_id

AT = timedelta(hours=3)  # after midnight
NOT_SOONER_THAN = timedelta(minutes=15)
SECONDS = 40
LARGEST_BLOCK = 50
# of pg_trgm's similarity: nearly the same; alike, with something else in common; alike at all
NEARLY, ALIKE, FAINTLY = 0.7, 0.5, 0.3
NO_PART_OF_A_NAME = (
    "dr prof professor mr mrs ms miss mx sister rev md phd herr frau med the and of ltd limited llc inc plc"
)
COLUMNS = {
    "partner": "email, phone, postcode, identifier, organisation_id",
    "organisation": "email, phone, postcode, '' AS identifier, NULL::uuid AS organisation_id",
}

# A WITH has no statistics: left alone, the planner takes loops over everybody for a few rows.
SETTINGS = "SELECT set_config('statement_timeout', %s, true), set_config('enable_nestloop', %s, true)"
SEARCH = """
WITH named AS MATERIALIZED (
    SELECT id, lower(email) AS email, phone, upper(replace(postcode, ' ', '')) AS postcode, identifier,
           organisation_id,
           ARRAY(SELECT word FROM unnest(string_to_array(
                     regexp_replace(lower(unaccent(name)), '[^[:alnum:]]+', ' ', 'g'), ' '))
                     WITH ORDINALITY AS words (word, place)
                  WHERE word <> '' AND word <> ALL(%(no_part)s) ORDER BY place) AS words
      FROM (SELECT id, name, {columns} FROM {table}
             WHERE practice_id = %(practice)s AND deleted_at IS NULL AND merged_into_id IS NULL) AS kept
), person AS MATERIALIZED (
    SELECT *, words[1] AS first_word, words[cardinality(words)] AS last_word,
           (SELECT string_agg(word, ' ' ORDER BY word) FROM unnest(words) AS word) AS sorted
      FROM named
), sign AS MATERIALIZED (
    SELECT id, 'e' || email AS sign FROM person WHERE email <> ''
    UNION ALL SELECT id, 'p' || phone FROM person WHERE phone <> ''
    UNION ALL SELECT id, 'i' || identifier FROM person WHERE identifier <> ''
    UNION ALL SELECT id, 'z' || postcode FROM person WHERE postcode <> ''
    UNION ALL SELECT id, 'n' || sorted FROM person WHERE sorted <> ''
    UNION ALL SELECT id, 'f' || left(first_word, 1) || last_word FROM person WHERE last_word <> ''
    UNION ALL SELECT id, 'g' || first_word || left(last_word, 2) FROM person WHERE last_word <> ''
), block AS (
    SELECT sign FROM sign GROUP BY sign HAVING count(*) BETWEEN 2 AND %(largest)s
), pair AS MATERIALIZED (
    SELECT DISTINCT a.id AS first, b.id AS second
      FROM block JOIN sign a USING (sign) JOIN sign b USING (sign) WHERE a.id < b.id
), seen AS MATERIALIZED (
    SELECT pair.first, pair.second,
           similarity(a.sorted, b.sorted) AS alike,
           a.sorted <> '' AND a.sorted = b.sorted AS same_name,
           a.last_word = b.last_word AND a.first_word <> b.first_word
               AND left(a.first_word, 1) = left(b.first_word, 1)
               AND least(length(a.first_word), length(b.first_word)) = 1 AS initial,
           a.last_word = b.last_word AND left(a.first_word, 1) <> left(b.first_word, 1)
               AND least(length(a.first_word), length(b.first_word)) = 1 AS other_initial,
           a.email <> '' AND a.email = b.email AS same_email,
           a.phone <> '' AND a.phone = b.phone AS same_phone,
           a.postcode <> '' AND a.postcode = b.postcode AS same_postcode,
           a.identifier <> '' AND a.identifier = b.identifier AS same_identifier,
           a.identifier <> '' AND b.identifier <> '' AND a.identifier <> b.identifier AS two_identifiers,
           a.email <> '' AND b.email <> '' AND a.email <> b.email
               AND a.phone <> '' AND b.phone <> '' AND a.phone <> b.phone AS reached_elsewhere,
           coalesce(a.organisation_id = b.organisation_id, false) AS same_office
      FROM pair JOIN person a ON a.id = pair.first JOIN person b ON b.id = pair.second
), likely AS (
    SELECT first, second,
           array_remove(ARRAY[
               CASE WHEN same_identifier THEN 'identifier' END,
               CASE WHEN same_name THEN 'name' WHEN initial THEN 'initial'
                    WHEN alike >= %(alike)s THEN 'alike' END,
               CASE WHEN same_email THEN 'email' END,
               CASE WHEN same_phone THEN 'phone' END,
               CASE WHEN same_office THEN 'office' END,
               CASE WHEN same_postcode THEN 'postcode' END], NULL) AS reasons,
           alike + 2 * same_identifier::int + same_name::int + same_email::int + same_phone::int
               + (same_office::int + same_postcode::int) * 0.5 AS nearness
      FROM seen
     WHERE NOT two_identifiers AND NOT other_initial
       AND (same_identifier OR same_name OR alike >= %(nearly)s AND NOT reached_elsewhere
            OR (alike >= %(alike)s OR initial)
               AND (same_email OR same_phone OR same_postcode OR same_office)
            OR same_email AND alike >= %(faintly)s)
)
INSERT INTO partners_likelypair (id, practice_id, kind, first, second, reasons, nearness, found_at)
SELECT gen_random_uuid(), %(practice)s, %(kind)s, first, second, reasons, nearness, %(now)s FROM likely
    ON CONFLICT (practice_id, kind, first, second)
    DO UPDATE SET reasons = EXCLUDED.reasons, nearness = EXCLUDED.nearness, found_at = EXCLUDED.found_at
"""


def due(now):
    """The practice, where it has to be searched: each night at 3 on its own clock, and a quarter of an hour
    after the last search when somebody has been added.
    """
    searched = DuplicateSearch.objects.filter(searched_at__isnull=False)
    tonight = Exists(searched.filter(searched_at__gte=_last_night(now)))
    added = (
        model.objects.filter(created_at__gt=OuterRef("searched_at")) for model in (Partner, Organisation)
    )
    grown = searched.filter(reduce(or_, map(Exists, added)), searched_at__lte=now - NOT_SOONER_THAN)
    return Practice.objects.filter(~tonight | Exists(grown), pk=current_practice_id())


@transaction.atomic
def search():
    """Look through the practice that is entered, unless another worker does; pairs no longer alike go."""
    DuplicateSearch.objects.get_or_create()
    state = DuplicateSearch.objects.select_for_update(skip_locked=True).first()
    if state is None:
        return
    state.searched_at = timezone.now()
    for model in (Partner, Organisation):
        _search(model, state.searched_at)
    late.forget()
    state.save(update_fields=["searched_at"])


@transaction.atomic
def dismiss(pair, *, by):
    """They are two: never shown again."""
    if LikelyPair.objects.filter(pk=pair.pk, dismissed_at=None).update(
        dismissed_at=timezone.now(), dismissed_by=by
    ):
        _note("told apart", pair, by)


@transaction.atomic
def ask_again(pair, *, by):
    """Undo: show the pair again."""
    shown = LikelyPair.objects.filter(pk=pair.pk, dismissed_at__isnull=False)
    if shown.update(dismissed_at=None, dismissed_by=None):
        _note("asked again about", pair, by)


def _search(model, now):
    kind = model._meta.model_name
    statement = SEARCH.format(columns=COLUMNS[kind], table=model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(SETTINGS, [f"{SECONDS}s", "off"])
        cursor.execute(
            statement,
            {
                "practice": current_practice_id(),
                "kind": kind,
                "now": now,
                "no_part": NO_PART_OF_A_NAME.split(),
                "largest": LARGEST_BLOCK,
                "nearly": NEARLY,
                "alike": ALIKE,
                "faintly": FAINTLY,
            },
        )
        cursor.execute(SETTINGS, ["0", "on"])
    LikelyPair.objects.filter(kind=kind, dismissed_at=None, found_at__lt=now).delete()


class _Moment(Func):
    output_field = DateTimeField()


def _last_night(now):
    """The last 3 o'clock of the practice that the rows belong to."""
    zone = F("practice__time_zone")
    early = _Moment(zone, Value(now), function="timezone") - AT
    three = _Moment(Value("day"), early, function="date_trunc") + AT
    return _Moment(zone, three, function="timezone")


def _note(verb, pair, by):
    record(verb, by=by, subjects=[pair.first, pair.second], subject_type=pair.kind)
