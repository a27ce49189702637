"""The house keeps its own law: two walls around every row, a permission on every page."""

import pytest
from django import forms
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.urls import get_resolver
from django_scopes import scopes_disabled
from django_scopes.exceptions import ScopeError

from partners.models import Organisation, Partner
from referralcrm.core.forms import HouseForm
from referralcrm.practice.models import PracticeOwned, User
from referralcrm.practice.permissions import GRANTS, Permission
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from referrals.forms.paper import PaperField
from tests import factories

WALLED = [model for model in apps.get_models() if issubclass(model, PracticeOwned)]
BEHIND_THE_WALL = {*WALLED, User}


def links():
    for model in WALLED:
        for field in model._meta.concrete_fields:
            if field.many_to_one and field.related_model in BEHIND_THE_WALL:
                yield pytest.param(model, field, id=f"{model._meta.label}.{field.name}")


@pytest.mark.parametrize("model", WALLED, ids=lambda model: model._meta.label)
def test_every_domain_table_is_behind_row_level_security(model, db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, (SELECT count(*) FROM pg_policies WHERE tablename = relname) "
            "FROM pg_class WHERE relname = %s",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (True, 1)


@pytest.mark.parametrize("model, field", list(links()))
def test_every_link_repeats_the_practice(model, field, db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'f' AND convalidated",
            [model._meta.db_table],
        )
        definitions = [definition for (definition,) in cursor.fetchall()]
    wanted = f"FOREIGN KEY (practice_id, {field.column}) REFERENCES {field.related_model._meta.db_table}"
    assert any(definition.startswith(wanted) for definition in definitions)


def test_only_links_that_repeat_the_practice_do_without_a_plain_key():
    fields = [field for model in apps.get_models() for field in model._meta.concrete_fields]
    alone = {field for field in fields if field.is_relation and not field.db_constraint}
    assert alone < {link.values[1] for link in links()}


def test_the_application_role_is_walled(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolbypassrls, "
            "EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) "
            "FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("referralcrm_app", False, False)


def test_a_query_outside_a_practice_raises(db):
    with pytest.raises(ScopeError):
        Partner.objects.count()


def test_row_level_security_hides_rows_when_the_first_wall_is_forgotten(riverside, northgate):
    with enter(northgate):
        theirs = factories.partner("Dr Hidden")
    ours = factories.partner("Dr Ours")
    with scopes_disabled():
        assert list(Partner.objects.all()) == [ours]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE partners_partner SET name = 'stolen' WHERE id = %s", [theirs.pk])
        assert cursor.rowcount == 0
        cursor.execute("SELECT count(*) FROM partners_partner")
        assert cursor.fetchone() == (1,)


def test_without_a_practice_the_database_shows_nothing(riverside):
    factories.partner()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.practice', '', true)")
        cursor.execute("SELECT count(*) FROM partners_partner")
        assert cursor.fetchone() == (0,)


def test_a_row_cannot_point_into_another_practice(riverside, northgate):
    with enter(northgate):
        theirs = Organisation.objects.create(name="Theirs")
    ours = factories.partner()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE partners_partner SET organisation_id = %s WHERE id = %s", [theirs.pk, ours.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_nested_practice_gives_the_outer_one_back(riverside, northgate):
    with enter(northgate):
        pass
    ours = factories.partner()
    assert Partner.objects.get() == ours


def every_view():
    def walk(patterns, prefix):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, f"{prefix}{pattern.namespace or ''}:")
            else:
                yield pytest.param(pattern.callback, id=f"{prefix}{pattern.name}")

    return walk(get_resolver().url_patterns, "")


@pytest.mark.parametrize("view", list(every_view()))
def test_every_view_declares_a_permission_and_its_methods(view):
    assert view.permission is None or view.permission in Permission
    assert view.methods <= {"GET", "HEAD", "POST"}


def test_every_role_has_a_row_in_the_table():
    assert set(GRANTS) == set(Role)


def below(form):
    return {form}.union(*map(below, form.__subclasses__()))


def test_every_file_is_told_by_its_bytes():
    """Paper by PaperField; only the two that take spreadsheets have readers and limits of their own."""
    others = {
        f"{form.__name__}.{name}"
        for form in below(HouseForm)
        for name, field in form.base_fields.items()
        if isinstance(field, forms.FileField) and not isinstance(field, PaperField)
    }
    assert others == {"OutcomesForm.file", "UploadForm.file"}


def test_the_auditor_changes_nothing():
    assert GRANTS[Role.AUDITOR] <= {
        Permission.VIEW,
        Permission.VIEW_AUDIT,
        Permission.VIEW_DASHBOARD,
        Permission.VIEW_HEALTH,
    }
