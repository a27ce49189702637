"""Fill the scratch database: skewed, interleaved in time as life does it, and believable for the planner."""

import csv
import io
import time
from datetime import date

from django.apps import apps
from django.db import connections, transaction

from outreach.models import Message, MessageCause, Run, Task, Touchpoint
from partners.models import (
    Affiliation,
    Agreement,
    Contact,
    Friction,
    LikelyPair,
    Organisation,
    Paperwork,
    Partner,
    PartnerPlan,
)
from referralcrm.audit.models import AuditEvent
from referralcrm.core.crypto import new_key, wrap
from referralcrm.core.sealed import sealed_text
from referralcrm.embedded.addresses import password
from referralcrm.practice.models import Location, Plan, Practice, PracticeOwned, Service, StoredFile, User
from referralcrm.practice.scope import enter
from referrals.models import (
    AdviceRequest,
    Attachment,
    CallAttempt,
    CareTeamMember,
    Consent,
    DetailsRequest,
    Experience,
    JourneyEvent,
    Obligation,
    Patient,
    Referral,
    Report,
)
from referrals.models.patients import person_index, record_index
from tests import factories
from tests.bench.scale.filling import Filling

LARGEST = "Riverside Physio"
PRACTICES, MIDDLING = 1000, 10  # the largest has 100,000 referrals, the next ten 20,000 each
GIVEN = "Adaeze Bea Carlos Dina Emil Farah Goran Hana Ivo Jun Kim Lena Mateo Nadia Omar Pia Quentin Rosa"
FAMILY = "Okafor Brandt Moreau Novak Silva Haddad Ito Kowalski Larsen Mbeki Nguyen Ortega Petrov Quinn Rossi"
TREATED = "('attended', 'in_care', 'completed', 'discontinued')"
NO_ONE_WAITS = (
    "('declined', 'cancelled', 'patient_declined', 'unreachable', 'redirected', 'entered_in_error', 'draft')"
)


def load(share=1.0):
    """All of it, or a ``share`` of the referrals; all or nothing. The database is migrated and empty."""
    if Referral._base_manager.using("owner").exists():
        raise SystemExit("It is loaded already; delete the data folder to load it anew.")
    practice = Practice.objects.filter(name=LARGEST).first() or factories.practice(LARGEST)
    clock = Clock()
    with _superuser() as cursor:
        with transaction.atomic(using="owner"):
            fill = Filling(cursor)
            with fill.without_indexes([model._meta.db_table for model in _models()]):
                for step in (_practices, _partners, _patients, _referrals, _around, _outreach, _paper, _seen):
                    step(fill, practice, share)
                    clock.told(step.__name__[1:])
            clock.told("indexes")
        cursor.execute("VACUUM (ANALYZE)")
        clock.told("vacuum")
        cursor.execute(
            "SELECT count(*), pg_size_pretty(pg_database_size(current_database())) FROM referrals_referral"
        )
        print("{:,} referrals, {}".format(*cursor.fetchone()))


class Clock:
    """Says after each step how long it took."""

    def __init__(self):
        self.began = time.monotonic()

    def told(self, step):
        now = time.monotonic()
        print(f"{step:12}{now - self.began:7.1f} s", flush=True)
        self.began = now


def _models():
    return [model for model in apps.get_models() if issubclass(model, PracticeOwned)] + [AuditEvent]


def _superuser():
    """A cursor that may leave the keys unchecked."""
    owner = connections["owner"]
    owner.close()
    owner.settings_dict |= {"USER": "postgres", "PASSWORD": password("postgres")}
    return owner.cursor()


def _practices(fill, practice, share):
    """A thousand, each founded as the first was; ``clinic`` knows their people and lists."""
    fill.keep(
        "planned",
        f"""SELECT n, CASE n WHEN 1 THEN '{practice.pk}'::uuid ELSE uuidv7() END AS id,
            {share} * CASE WHEN n = 1 THEN 100000 WHEN n <= {MIDDLING + 1} THEN 20000
                ELSE 100 + 1200 * power(random(), 1) END AS referrals,
            CASE WHEN n = 1 THEN 10000 WHEN n <= {MIDDLING + 1} THEN 2000
                ELSE 20 + floor(160 * random())::int END AS partners,
            CASE WHEN n = 1 THEN 40 WHEN n <= {MIDDLING + 1} THEN 12 ELSE 4 END AS people
            FROM generate_series(1, {PRACTICES}) n""",
    )
    cursor = fill.cursor
    fill.rows(Practice, "planned WHERE n > 1", id="id", name="'Practice ' || n")
    cursor.execute("UPDATE practice_practice SET created_at = now() - interval '5 years'")
    for model, names in ((Location, "Mill Lane,Harbour,Station"), (Service, "Spine,Hands,Balance,Sports")):
        fill.rows(
            model,
            f"unnest(string_to_array('{names}', ',')) name",
            practice=f"'{practice.pk}'",
            name="name",
        )
    fill.rows(Plan, "generate_series(1, 8) i", practice=f"'{practice.pk}'", name="'Plan ' || i")
    for model in _models():
        _same_in_each(cursor, model, practice)
    fill.rows(
        User,
        "planned p, generate_series(1, p.people) i",
        practice="p.id",
        name="'Person ' || i",
        email="'p' || i || '@practice' || p.n || '.example'",
        role="CASE i WHEN 1 THEN 'manager' WHEN 2 THEN 'staff' ELSE 'clinician' END",
        sees_patients="i > 2",
        password="'!'",
    )
    people = "ARRAY(SELECT u.id FROM practice_user u WHERE u.practice_id = p.id AND {} ORDER BY u.name) AS {}"
    lists = [
        f"ARRAY(SELECT l.id FROM {table} l WHERE l.practice_id = p.id ORDER BY l.name) AS {name}"
        for table, name in (
            ("practice_location", "locations"),
            ("practice_service", "services"),
            ("practice_plan", "plans"),
            ("partners_discipline", "disciplines"),
        )
    ]
    rule = "(SELECT r.id FROM outreach_rule r WHERE r.practice_id = p.id AND r.kind = 'thank_you') AS rule"
    fill.keep(
        "clinic",
        f"SELECT p.*, 1 + p.partners / 3 AS offices, {people.format('true', 'people_ids')}, "
        f"{people.format('u.sees_patients', 'clinicians')}, {', '.join(lists)}, {rule} FROM planned p",
    )


def _same_in_each(cursor, model, practice):
    """Copy what the first practice was founded with to all others."""
    table, skipped = model._meta.db_table, {"id", "practice_id"}
    columns = [f'"{field.column}"' for field in model._meta.concrete_fields if field.column not in skipped]
    if model is AuditEvent or not columns:
        return
    cursor.execute(
        f"INSERT INTO {table} (id, practice_id, {', '.join(columns)}) "
        f"SELECT uuidv7(), p.id, {', '.join(f't.{column}' for column in columns)} "
        f"FROM {table} t, planned p WHERE p.n > 1 AND t.practice_id = %s",
        [practice.pk],
    )


def _partners(fill, practice, share):
    fill.keep(
        "office",
        "SELECT c.n, c.id AS practice, i, uuidv7() AS id FROM clinic c, generate_series(1, c.offices) i",
    )
    fill.rows(
        Organisation,
        "office o",
        id="o.id",
        practice="o.practice",
        name="pg_temp.one_of(string_to_array('Northgate Mill Harbour Oak Abbey Castle Park Well', ' '), "
        "random()) || ' Surgery ' || o.i",
        area="'Area ' || o.i % 40",
        postcode="'SE' || o.i % 20 || ' ' || o.i % 9 || 'AA'",
        phone="'+44 20 7946 ' || lpad((o.i % 10000)::text, 4, '0')",
    )
    given, family = (f"string_to_array('{names}', ' ')" for names in (GIVEN, FAMILY))
    fill.keep(
        "known",
        f"""SELECT c.n, c.id AS practice, g.i, uuidv7() AS id, o.id AS organisation,
            pg_temp.one_of(c.disciplines, random()) AS discipline,
            'Dr ' || pg_temp.one_of({given}, random()) || ' ' || pg_temp.one_of({family}, random())
                || CASE WHEN random() < .5 THEN '-' || pg_temp.one_of({family}, random()) ELSE '' END AS name
            FROM clinic c CROSS JOIN generate_series(1, c.partners) g(i)
            JOIN office o ON o.n = c.n AND o.i = 1 + g.i % c.offices""",
    )
    fill.rows(
        Partner,
        "known k JOIN clinic c ON c.n = k.n",
        id="k.id",
        practice="k.practice",
        name="k.name",
        salutation="'Dr ' || split_part(k.name, ' ', 3)",
        organisation="k.organisation",
        discipline="k.discipline",
        stage="pg_temp.by_chance(random(), '{.1,.2,.35,.9,.96}', "
        "'{prospect,contacted,met,active,dormant,active}')",
        circle="pg_temp.by_chance(random(), '{.02,.6}', '{inner,network,light}')",
        owner="CASE WHEN random() < .8 THEN pg_temp.one_of(c.people_ids, random()) END",
        email="CASE WHEN k.i % 10 > 0 THEN 'partner' || k.i || '@office' || k.n || '.example' ELSE '' END",
        phone="'+44 20 7946 ' || lpad((k.i % 10000)::text, 4, '0')",
        area="'Area ' || k.i % 40",
        postcode="'SE' || k.i % 20 || ' ' || k.i % 9 || 'AA'",
        treating_provider="true",
        special_interests="CASE WHEN k.i % 5 = 0 THEN '{shoulder,spine}' ELSE '{}' END::varchar[]",
        tags="CASE WHEN k.i % 4 = 0 THEN '{gp}' ELSE '{}' END::varchar[]",
        notes="CASE WHEN k.i % 3 = 0 THEN repeat('Prefers a call before nine. ', 4) ELSE '' END",
        next_step="CASE WHEN k.i % 100 = 0 THEN 'Bring the brochure' ELSE '' END",
        next_step_on="CASE WHEN k.i % 100 = 0 THEN current_date + (k.i / 100) % 60 - 10 END",
        created_at="now() - interval '5 years' * random()",
        deleted_at="CASE WHEN random() < .001 THEN now() - interval '25 days' * random() END",
    )
    fill.rows(
        Affiliation,
        "known k",
        practice="k.practice",
        partner="k.id",
        organisation="k.organisation",
    )
    fill.rows(Contact, "known k", practice="k.practice", partner="k.id", name="'Contact ' || k.i")
    fill.rows(
        Agreement,
        "known k WHERE k.i % 5 = 0",
        practice="k.practice",
        partner="k.id",
        report_within_days="5 + k.i % 10",
    )
    fill.rows(
        Friction,
        "known k WHERE k.i % 50 = 1",
        practice="k.practice",
        partner="k.id",
        trouble="'Waited long for an appointment'",
        happened_on="current_date - k.i % 300",
        answered_on="CASE WHEN k.i % 150 <> 1 THEN current_date - k.i % 200 END",
        answer="CASE WHEN k.i % 150 <> 1 THEN 'We called' ELSE '' END",
    )
    fill.rows(
        Paperwork,
        "known k WHERE k.i % 10 = 0",
        practice="k.practice",
        partner="k.id",
        what="'The X-ray on CD'",
    )
    fill.rows(
        PartnerPlan,
        "known k JOIN clinic c ON c.n = k.n WHERE k.i % 3 = 0",
        practice="k.practice",
        partner="k.id",
        plan="pg_temp.one_of(c.plans, random())",
    )
    fill.rows(
        LikelyPair,
        "known k JOIN known o ON o.n = k.n AND o.i = k.i + 1 WHERE k.i % 50 = 0",
        practice="k.practice",
        kind="'partner'",
        first="least(k.id, o.id)",
        second="greatest(k.id, o.id)",
        reasons="'{name}'",
        nearness="random()",
    )


def _patients(fill, practice, share):
    """Those of the largest practice can be opened; of the others only the lengths are true."""
    fill.rows(
        Patient,
        "clinic c, generate_series(1, (c.referrals * .7)::int) i WHERE c.n > 1",
        practice="c.id",
        wrapped_key="pg_temp.box(i::text, 64)",
        name_sealed="pg_temp.box(i::text, 42)",
        birth_date_sealed="pg_temp.box(i::text, 40)",
        record_number_sealed="pg_temp.box(i::text, 37)",
        phone_sealed="CASE WHEN i % 2 = 0 THEN pg_temp.box(i::text, 45) ELSE ''::bytea END",
        record_index="sha256((c.n || '-' || i)::bytea)",
        person_index="sha256((c.n || '+' || i)::bytea)",
    )
    with enter(practice):
        made = [_patient(practice, number) for number in range(round(70_000 * share))]
    _copy(
        fill.cursor, Patient._meta.db_table, list(_columns(made[0])), (_columns(row).values() for row in made)
    )
    fill.keep(
        "person",
        "SELECT c.n, row_number() OVER (PARTITION BY c.n ORDER BY t.id) AS i, t.id "
        "FROM referrals_patient t JOIN clinic c ON c.id = t.practice_id",
    )
    fill.cursor.execute("CREATE TEMPORARY TABLE reason (referral uuid, sealed bytea)")
    fill.keys = {str(row.pk): row.data_key for row in made}


def _patient(practice, number):
    given, family = GIVEN.split(), FAMILY.split()
    name = f"{given[number % len(given)]} {family[number // 18 % len(family)]}son{number // 270}"
    born = date(1930 + number % 80, 1 + number % 12, 1 + number % 28)
    row = Patient(practice=practice)
    row.name, row.birth_date = name, born.isoformat()
    row.record_number, row.phone = f"R{number}", f"+44 7700 900{number % 1000:03}"
    row.record_index = record_index(practice.pk, row.record_number)
    row.person_index = person_index(practice.pk, name, born)
    return row


def _columns(row):
    return {field.column: getattr(row, field.attname) for field in row._meta.concrete_fields}


def _copy(cursor, table, columns, rows):
    text = io.StringIO()
    write = csv.writer(text).writerow
    for row in rows:
        write("\\x" + value.hex() if isinstance(value, bytes) else value for value in row)
    text.seek(0)
    cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)", text)


def _referrals(fill, practice, share):
    """In the order of time; the nearer to today the more of them are on their way."""
    fill.keep(
        "drawn",
        """SELECT c.n, i, floor(1826 * power(random(), 1.2))::int AS age, random() AS stage, random() AS way,
            1 + floor(c.partners * power(random(), 2.5))::int AS who, random() AS where_at, random() AS whom
            FROM clinic c, generate_series(1, c.referrals::int) i""",
    )
    fill.keep(
        "passed",
        """SELECT d.*, c.id AS practice, k.id AS partner, k.organisation, k.discipline, p.id AS patient,
            uuidv7(make_interval(days => -d.age)) AS id, current_date - d.age AS happened_on,
            CASE WHEN d.way < .7 THEN 'received' ELSE 'sent' END AS direction,
            CASE WHEN d.way < .63 OR d.way >= .7 THEN 'partner' WHEN d.way < .66 THEN 'self'
                WHEN d.way < .69 THEN 'online' ELSE 'unknown' END AS source,
            pg_temp.one_of(c.locations, d.where_at) AS location,
            pg_temp.one_of(c.services, d.whom) AS service,
            pg_temp.one_of(c.clinicians, d.whom) AS clinician, pg_temp.one_of(c.people_ids, d.way) AS desk,
            CASE WHEN d.age < 10 THEN pg_temp.by_chance(d.stage, '{.25,.35,.75,.95}',
                    '{requested,accepted,scheduled,attended,in_care}')
                WHEN d.age < 40 THEN pg_temp.by_chance(d.stage, '{.01,.02,.03,.07,.3,.85,.9,.94,.97}',
                    '{requested,accepted,no_show,scheduled,attended,in_care,completed,patient_declined,declined,cancelled}')
                WHEN d.age < 120 THEN pg_temp.by_chance(d.stage, '{.002,.007,.25,.9,.93,.96}',
                    '{requested,on_hold,in_care,completed,unreachable,discontinued,declined}')
                ELSE pg_temp.by_chance(d.stage, '{.0003,.0006,.006,.87,.91,.94,.97,.99,.995}',
                    '{requested,scheduled,in_care,completed,discontinued,unreachable,patient_declined,declined,cancelled,entered_in_error}')
            END AS journey
            FROM drawn d JOIN clinic c ON c.n = d.n JOIN known k ON k.n = d.n AND k.i = d.who
            JOIN person p ON p.n = d.n AND p.i = 1 + floor((d.i - 1) * .7)::int
            ORDER BY d.age DESC, d.where_at""",
    )
    cursor = fill.cursor
    cursor.execute("SELECT id::text, patient::text FROM passed WHERE n = 1 AND i % 10 < 8")
    text = "Shoulder pain for six weeks after a fall; please assess and treat."
    sealed = (
        (pk, sealed_text(Referral, "reason", pk, text, key=fill.keys[patient]))
        for pk, patient in cursor.fetchall()
    )
    _copy(cursor, "reason", ["referral", "sealed"], sealed)
    seen = f"p.journey IN {TREATED}"
    fill.rows(
        Referral,
        "passed p LEFT JOIN reason r ON r.referral = p.id",
        id="p.id",
        practice="p.practice",
        direction="p.direction",
        source="p.source",
        partner="CASE p.source WHEN 'partner' THEN p.partner END",
        organisation="CASE p.source WHEN 'partner' THEN p.organisation END",
        patient="p.patient",
        matter="p.id",
        service="CASE p.direction WHEN 'received' THEN p.service END",
        discipline="CASE p.direction WHEN 'sent' THEN p.discipline END",
        location="CASE WHEN p.stage < .95 OR p.n > 1 THEN p.location END",
        clinician="CASE WHEN p.whom < .95 THEN p.clinician END",
        urgency="pg_temp.by_chance(p.where_at, '{.9,.97}', '{routine,urgent,asap}')",
        channel="pg_temp.by_chance(p.whom, '{.4,.7,.9}', '{fax,letter,email,phone}')",
        happened_on="p.happened_on",
        entered_at="now() - make_interval(days => p.age)",
        entered_by="p.desk",
        to_finish="p.age < 10 AND p.where_at < .02",
        next_visit_on=f"CASE WHEN {seen} AND p.i % 5 = 0 THEN p.happened_on + 30 END",
        acknowledge_by="CASE WHEN p.journey = 'requested' AND p.direction = 'received' "
        "THEN p.happened_on + 1 END",
        acknowledged_on="CASE WHEN p.journey <> 'requested' THEN p.happened_on + 1 END",
        appointment_by="CASE WHEN p.journey IN ('requested', 'accepted') AND p.i % 10 = 0 "
        "THEN p.happened_on + 7 END",
        appointment_on=f"CASE WHEN {seen} OR p.journey IN ('scheduled', 'no_show') "
        "THEN p.happened_on + 3 + p.i % 10 END",
        calls="CASE WHEN p.journey = 'requested' THEN p.i % 3 ELSE 0 END",
        call_on="CASE WHEN p.journey = 'requested' AND p.i % 10 = 0 THEN current_date + p.i % 3 END",
        journey="p.journey",
        accepted_on="CASE WHEN p.journey NOT IN ('requested', 'draft') THEN p.happened_on + 1 END",
        scheduled_on=f"CASE WHEN {seen} OR p.journey = 'scheduled' THEN p.happened_on + 2 END",
        attended_on=f"CASE WHEN {seen} THEN least(current_date, p.happened_on + 3 + p.i % 10) END",
        in_care_on="CASE WHEN p.journey IN ('in_care', 'completed') "
        "THEN least(current_date, p.happened_on + 14) END",
        completed_on="CASE p.journey WHEN 'completed' THEN least(current_date, p.happened_on + 75) END",
        reason_sealed="CASE WHEN p.n > 1 AND p.i % 10 < 8 THEN pg_temp.box(p.id::text, 95) "
        "ELSE coalesce(r.sealed, ''::bytea) END",
        deleted_at="CASE WHEN p.stage > .9995 THEN now() - interval '25 days' * p.where_at END",
    )


def _around(fill, practice, share):
    """What stands on a referral: reports promised, steps, calls, consents."""
    waits = f"p.source = 'partner' AND p.journey NOT IN {NO_ONE_WAITS}"
    seen, side = f"p.journey IN {TREATED}", "CASE p.direction WHEN 'received' THEN 'us' ELSE 'them' END"
    done = "CASE p.direction WHEN 'received' THEN 'sent' ELSE 'received' END"
    fill.rows(
        Obligation,
        f"""(SELECT p.*, {side} AS side, CASE WHEN NOT {seen} THEN 'not_due'
                WHEN p.age > 20 AND p.where_at > .01 THEN
                    CASE WHEN p.whom < .3 THEN 'acknowledged' ELSE {done} END
                WHEN p.age > 400 THEN 'not_required' ELSE 'due' END AS state
            FROM passed p WHERE {waits}) p""",
        practice="p.practice",
        referral="p.id",
        side="p.side",
        state="p.state",
        due_on="CASE WHEN p.state NOT IN ('not_due', 'not_required') THEN p.happened_on + 10 + p.i % 10 END",
        due_because="CASE p.state WHEN 'due' THEN '7 days after the first visit' ELSE '' END",
        visit_on="CASE WHEN p.i % 5 = 0 THEN p.happened_on + 30 END",
        sent_on="CASE WHEN p.state IN ('sent', 'received', 'acknowledged') "
        "THEN p.happened_on + 9 + p.i % 12 END",
        acknowledged_on="CASE p.state WHEN 'acknowledged' THEN p.happened_on + 24 END",
    )
    fill.rows(
        Obligation,
        f"passed p WHERE {waits} AND p.journey IN ('in_care', 'completed')",
        practice="p.practice",
        referral="p.id",
        kind="'final'",
        side=side,
        state=f"CASE WHEN p.journey = 'in_care' THEN 'not_due' WHEN p.age > 95 THEN {done} ELSE 'due' END",
        due_on="CASE WHEN p.journey = 'completed' THEN p.happened_on + 82 END",
        sent_on="CASE WHEN p.journey = 'completed' AND p.age > 95 THEN p.happened_on + 80 END",
    )
    fill.rows(
        JourneyEvent,
        f"""passed p, unnest(ARRAY['', 'requested', 'attended'], ARRAY['requested', p.journey, 'in_care'],
            ARRAY[0, 3, 14]) step(before, after, days)
            WHERE days = 0 OR (days = 3 AND p.journey <> 'requested') OR (days = 14 AND {seen})""",
        practice="p.practice",
        referral="p.id",
        before="step.before",
        after="step.after",
        happened_on="p.happened_on + step.days",
        entered_at="now() - make_interval(days => p.age - step.days)",
        by="p.desk",
    )
    fill.rows(
        CallAttempt,
        "passed p WHERE p.direction = 'received' AND p.i % 3 = 1",
        practice="p.practice",
        referral="p.id",
        number="1",
        outcome="'no_answer'",
        at="now() - make_interval(days => p.age)",
        by="p.desk",
    )
    fill.rows(
        Consent,
        f"passed p WHERE {seen} AND p.i % 5 < 2",
        practice="p.practice",
        referral="p.id",
        scope="'{report}'",
        to="'other_side'",
        given_on="p.happened_on + 3",
        given_how="'written'",
        recorded_by="p.desk",
        withdrawn_at="CASE WHEN p.i % 100 = 0 THEN now() END",
    )
    fill.rows(
        CareTeamMember,
        f"passed p WHERE {seen} AND p.i % 10 = 3",
        practice="p.practice",
        referral="p.id",
        role="'primary_care'",
        partner="p.partner",
    )
    fill.rows(
        DetailsRequest,
        "passed p WHERE p.i % 50 = 7",
        practice="p.practice",
        referral="p.id",
        missing="'{phone}'",
        asked_on="p.happened_on",
        answered_on="CASE WHEN p.age > 10 THEN p.happened_on + 2 END",
        asked_by="p.desk",
    )
    fill.rows(
        Experience,
        f"passed p WHERE p.direction = 'sent' AND {seen} AND p.i % 20 = 1",
        practice="p.practice",
        referral="p.id",
        felt="'good'",
        told_on="least(current_date, p.happened_on + 30)",
    )


def _outreach(fill, practice, share):
    """Thanks, contacts, the weeks' tasks and questions."""
    fill.keep(
        "thanked",
        """SELECT p.*, uuidv7(make_interval(days => -p.age)) AS message, c.rule,
            CASE WHEN p.age > 0 THEN pg_temp.by_chance(p.where_at, '{.97,.985,.99}',
                    '{sent,suppressed,cancelled,sent}')
                ELSE pg_temp.by_chance(p.where_at, '{.8}', '{pending,held}') END AS state
            FROM passed p JOIN clinic c ON c.n = p.n
            WHERE p.direction = 'received' AND p.source = 'partner' AND p.i % 3 < 2""",
    )
    fill.rows(
        Message,
        "thanked t",
        id="t.message",
        practice="t.practice",
        rule="t.rule",
        partner="t.partner",
        state="t.state",
        hold="CASE t.state WHEN 'held' THEN 'approval' ELSE '' END",
        suppression="CASE t.state WHEN 'suppressed' THEN 'opted_out' ELSE '' END",
        due_at="now() - make_interval(days => t.age) + interval '3 hours'",
        to_address="CASE t.state WHEN 'sent' THEN 'partner' || t.who || '@office.example' ELSE '' END",
        subject="CASE t.state WHEN 'sent' THEN 'Thank you' ELSE '' END",
        body="CASE t.state WHEN 'sent' THEN repeat('Thank you for sending us a patient. ', 13) ELSE '' END",
        attempt="CASE t.state WHEN 'sent' THEN 1 ELSE 0 END",
        reply="CASE t.state WHEN 'sent' THEN '250 2.0.0 Ok: queued' ELSE '' END",
        sent_at="CASE t.state WHEN 'sent' THEN now() - make_interval(days => t.age) + interval '3 hours' END",
        created_at="now() - make_interval(days => t.age)",
    )
    fill.rows(
        MessageCause,
        "thanked t",
        practice="t.practice",
        rule="t.rule",
        fact="'referral:' || t.id",
        message="t.message",
        referral="t.id",
        created_at="now() - make_interval(days => t.age)",
    )
    fill.rows(
        Touchpoint,
        "known k JOIN clinic c ON c.n = k.n, generate_series(1, CASE WHEN k.i % 4 = 0 THEN 12 ELSE 2 END) j",
        practice="k.practice",
        partner="k.id",
        kind="pg_temp.by_chance(random(), '{.5,.7,.9}', '{call,visit,message,note}')",
        happened_on="current_date - floor(1500 * power(random(), 1.3))::int",
        by="pg_temp.one_of(c.people_ids, random())",
        note="'Talked about waiting times.'",
    )
    weeks = "generate_series(0, 51) w"
    week = "to_char(current_date - 7 * w, 'IYYY\"-W\"IW')"
    fill.rows(
        Task,
        f"known k JOIN clinic c ON c.n = k.n, {weeks} "
        "WHERE (k.i * 7 + w * 61) % c.partners < CASE WHEN c.n = 1 THEN 60 ELSE 5 END",
        practice="k.practice",
        kind="'check_in'",
        title="'Keep in touch with ' || k.name",
        why="'No contact for 70 days; 60 are usual.'",
        partner="k.id",
        owner="pg_temp.one_of(c.people_ids, random())",
        due_on="current_date - 7 * w",
        state="CASE WHEN w < 1 OR (w < 6 AND random() < .3) THEN 'requested' "
        "WHEN random() < .8 THEN 'completed' ELSE 'rejected' END",
        period_key=week,
        closed_at="now() - make_interval(days => 7 * w)",
        created_at="now() - make_interval(days => 7 * w)",
    )
    fill.rows(
        Task,
        "passed p WHERE p.i % 100 = 3",
        practice="p.practice",
        title="'Ask for the images'",
        partner="p.partner",
        referral="p.id",
        owner="p.desk",
        location="p.location",
        due_on="p.happened_on + 5",
        state="CASE WHEN p.age > 20 THEN 'completed' ELSE 'requested' END",
        closed_at="CASE WHEN p.age > 20 THEN now() - make_interval(days => p.age - 5) END",
        created_at="now() - make_interval(days => p.age)",
    )
    fill.rows(
        Run,
        f"clinic c, {weeks}",
        practice="c.id",
        job="'week'",
        period_key=week,
        state="'done'",
        due_at="now() - make_interval(days => 7 * w)",
        finished_at="now() - make_interval(days => 7 * w)",
    )
    _questions(fill, practice)


def _questions(fill, practice):
    """A question a twentieth of the referrals; those of the largest practice can be opened."""
    cursor = fill.cursor
    fill.keep(
        "asked",
        "SELECT p.*, uuidv7(make_interval(days => -p.age)) AS question FROM passed p WHERE p.i % 20 = 9",
    )
    cursor.execute("CREATE TEMPORARY TABLE opened (question uuid, wrapped bytea, sealed bytea)")
    cursor.execute("SELECT question::text FROM asked WHERE n = 1")
    rows = []
    for (pk,) in cursor.fetchall():
        key = new_key()
        sealed = sealed_text(AdviceRequest, "question", pk, "Rest or load after six weeks?", key=key)
        rows.append((pk, wrap(key, bound_to=f"advice:{pk}"), sealed))
    _copy(cursor, "opened", ["question", "wrapped", "sealed"], rows)
    is_open = "(a.age < 3 OR a.where_at < .002)"
    fill.rows(
        AdviceRequest,
        "asked a LEFT JOIN opened o ON o.question = a.question",
        id="a.question",
        practice="a.practice",
        direction="a.direction",
        kind="pg_temp.by_chance(a.whom, '{.3,.8,.95}', '{imaging,management,prescription,urgent}')",
        channel="'phone'",
        partner="a.partner",
        asked_at="now() - make_interval(days => a.age)",
        promised_by="now() - make_interval(days => a.age - 1)",
        answered_at=f"CASE WHEN NOT {is_open} "
        "THEN now() - make_interval(days => a.age) + interval '20 hours' END",
        next_step=f"CASE WHEN {is_open} THEN '' ELSE 'manage' END",
        owner="CASE WHEN a.whom < .9 THEN a.clinician END",
        location="a.location",
        entered_by="a.desk",
        entered_at="now() - make_interval(days => a.age)",
        wrapped_key="coalesce(o.wrapped, pg_temp.box(a.id::text, 64))",
        question_sealed="coalesce(o.sealed, pg_temp.box(a.id::text, 60))",
    )


def _paper(fill, practice, share):
    """Papers that came in, and the reports we signed; without their pieces, which no list reads."""
    fill.keep(
        "paper",
        f"""SELECT p.*, uuidv7() AS file, what FROM passed p, unnest(ARRAY['came in', 'signed']) what
            WHERE (what = 'came in' AND p.i % 5 = 2)
                OR (what = 'signed' AND p.i % 3 = 0 AND p.direction = 'received'
                    AND p.journey IN {TREATED})""",
    )
    fill.rows(
        StoredFile,
        "paper p",
        id="p.file",
        practice="p.practice",
        wrapped_key="pg_temp.box(p.file::text, 64)",
        name_sealed="pg_temp.box(p.file::text, 40)",
        content_type="'application/pdf'",
        size="50000",
    )
    fill.rows(
        Attachment,
        "paper p WHERE p.what = 'came in'",
        practice="p.practice",
        referral="p.id",
        file="p.file",
        kind="'fax'",
        received_on="p.happened_on",
        added_by="p.desk",
    )
    fill.rows(
        Report,
        "paper p WHERE p.what = 'signed'",
        practice="p.practice",
        referral="p.id",
        kind="'initial'",
        status="'final'",
        number="row_number() OVER (PARTITION BY p.n ORDER BY p.id)",
        author="p.clinician",
        pdf="p.file",
        content_sealed="pg_temp.box(p.file::text, 1200)",
        finalised_at="now() - make_interval(days => greatest(0, p.age - 9))",
        started_at="now() - make_interval(days => p.age)",
    )


def _seen(fill, practice, share):
    """The audit: each referral was written once and read once in a list of twenty-five."""
    fill.rows(
        AuditEvent,
        "passed p",
        practice_id="p.practice",
        at="now() - make_interval(days => p.age, secs => p.whom * 40000)",
        actor_id="p.desk",
        actor_name="'Person'",
        verb="'logged'",
        subject_type="'referral'",
        subjects="jsonb_build_array(p.id)",
    )
    fill.rows(
        AuditEvent,
        "passed p",
        practice_id="p.practice",
        at="now() - make_interval(days => p.age, secs => p.way * 40000)",
        actor_id="p.desk",
        actor_name="'Person'",
        verb="'read'",
        subject_type="'patient'",
        subjects="to_jsonb(array_fill(p.patient, ARRAY[25]))",
    )
