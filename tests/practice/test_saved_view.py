"""Saved views: what a name keeps, who sees it, and an address that says everything."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from outreach.actions import tasks
from referralcrm.audit.models import AuditEvent
from referralcrm.core.refused import Refused
from referralcrm.practice import trash
from referralcrm.practice.actions import saved_views as actions
from referralcrm.practice.listings import LISTS
from referralcrm.practice.models import SavedView, Service
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories

LIST = reverse("partners:list")
LOG = reverse("referrals:list")
TASKS = reverse("outreach:tasks")
NEW = reverse("practice:create_view", args=["partners"])


@pytest.fixture
def desk(alice, as_person):
    return as_person(alice)


@pytest.fixture
def people(riverside, bob):
    factories.partner("Ann", circle="inner", owner=bob, tags=["spine"])
    factories.partner("Ben", circle="network")
    factories.partner("Cal", circle="light")


def look(client, query="", page=LIST):
    return client.get(page + query).context


def names(context):
    return [row.name for row in context["page"]]


def keep(client, query, **form):
    """Save what ``query`` shows and return the view."""
    answer = client.post(f"{NEW}?{query}", {"name": "Mine to call"} | form)
    assert answer.status_code == 302, answer.context["form"].errors
    return SavedView.objects.get(pk=parse_qs(urlsplit(answer["Location"]).query)["view"][0])


def test_a_view_keeps_filters_order_and_columns(desk, people):
    view = keep(desk, "circle=inner&sort=-name&col=name&col=phone&col=area&q=&page=3&nonsense=1")
    assert (view.query, view.columns) == ("circle=inner&sort=-name", ["name", "phone", "area"])
    shown = look(desk, f"?view={view.pk}")
    assert names(shown) == ["Ann"]
    assert shown["chosen"].column_keys == ("name", "phone", "area")
    assert not shown["chosen"].is_changed


def test_the_bare_view_and_its_written_out_address_agree(desk, people):
    view = keep(desk, "circle=inner&sort=-name&col=name&col=phone")
    bare = look(desk, f"?view={view.pk}")
    written = look(desk, "?" + bare["chosen"].address.urlencode())
    plain = look(desk, "?circle=inner&sort=-name&col=name&col=phone")
    for context in (written, plain):
        assert names(context) == names(bare)
        assert context["chosen"].column_keys == bare["chosen"].column_keys
    assert not written["chosen"].is_changed
    assert plain["chosen"].view is None


@pytest.mark.parametrize(
    "beside, expected",
    [
        ("circle=network", ["Ben"]),
        ("circle=", ["Ann", "Ben", "Cal"]),
        ("sort=name&q=", ["Ann", "Ben", "Cal"]),
    ],
)
def test_what_stands_beside_a_view_counts_instead_of_its_own_and_is_called_changed(
    desk, people, beside, expected
):
    view = keep(desk, "circle=inner")
    shown = look(desk, f"?view={view.pk}&{beside}")
    assert names(shown) == expected
    assert shown["chosen"].is_changed and shown["chosen"].can_overwrite
    again = look(desk, "?" + shown["chosen"].address.urlencode())
    assert names(again) == expected and again["chosen"].is_changed


def test_usual_columns_in_a_view_of_others_stay_when_the_address_is_written_anew(desk, people):
    view = keep(desk, "circle=inner&col=name&col=phone")
    usual = "&".join(
        f"col={key}" for key in ("name", "area", "circle", "owner", "received", "sent", "contact")
    )
    shown = look(desk, f"?view={view.pk}&{usual}")
    again = look(desk, "?" + shown["chosen"].address.urlencode())
    assert again["chosen"].column_keys == shown["chosen"].column_keys == shown["chosen"].browsed.usual


def test_order_and_filters_of_a_list_without_a_view_are_saved_as_seen(desk):
    shown = look(desk, "?circle=inner&sort=-area")["chosen"]
    assert shown.can_save and not shown.can_overwrite
    assert keep(desk, shown.holds).query == "circle=inner&sort=-area"
    assert not look(desk)["chosen"].can_save


def test_a_changed_view_is_overwritten_or_saved_as_new(desk, alice):
    view = keep(desk, "circle=inner")
    address = reverse("practice:overwrite_view", args=[view.pk])
    desk.post(f"{address}?circle=light&sort=area&col=name&col=tags", {"version": view.version})
    view.refresh_from_db()
    assert (view.query, view.columns, view.version) == ("circle=light&sort=area", ["name", "tags"], 2)
    answer = desk.post(f"{address}?circle=inner", {"version": 1}, follow=True)
    view.refresh_from_db()
    assert view.query == "circle=light&sort=area"
    assert "Somebody else" in answer.content.decode()
    keep(desk, "circle=inner", name="Another")
    assert SavedView.objects.count() == 2


def test_the_name_is_once_a_person_and_list(desk, alice, bob, as_person):
    keep(desk, "circle=inner")
    answer = desk.post(f"{NEW}?circle=light", {"name": "MINE to call"})
    assert "You have a view of this name already" in answer.content.decode()
    assert answer.context["form"]["name"].value() == "MINE to call"
    keep(as_person(bob), "circle=light")
    log = reverse("practice:create_view", args=["referrals"])
    assert desk.post(log, {"name": "Mine to call"}).status_code == 302


def test_the_form_sent_twice_makes_one_view(desk):
    key = "01920000-0000-7000-8000-000000000001"
    for _ in range(2):
        assert desk.post(NEW, {"name": "Mine", "once": key}).status_code == 302
    assert SavedView.objects.count() == 1


def test_a_private_view_is_nobody_elses(desk, bob, charlie, as_person):
    view = keep(desk, "circle=inner", name="Just mine")
    for person in (bob, charlie):
        other = as_person(person)
        assert "Just mine" not in other.get(LIST).content.decode()
        shown = look(other, f"?view={view.pk}")
        assert shown["chosen"].is_missing and not shown["chosen"].filters
        for name in ("update_view", "delete_view", "overwrite_view"):
            assert other.post(reverse(f"practice:{name}", args=[view.pk])).status_code == 404
    desk.post(reverse("practice:delete_view", args=[view.pk]))
    for person in (bob, charlie):
        assert "Just mine" not in as_person(person).get("/trash/").content.decode()
        assert as_person(person).post(trash.undo(view)).status_code == 404


def test_a_link_from_a_private_view_shows_the_same_rows_to_a_colleague(desk, bob, as_person, people):
    view = keep(desk, "circle=inner&sort=-name")
    link = look(desk, f"?view={view.pk}")["chosen"].address.urlencode()
    assert names(look(as_person(bob), f"?{link}")) == ["Ann"]


def test_a_shared_view_is_everybodys_and_changed_by_its_owner_or_a_manager(desk, bob, charlie, as_person):
    view = keep(desk, "circle=inner", is_shared="on")
    clinician, manager = as_person(bob), as_person(charlie)
    assert "Mine to call" in clinician.get(LIST).content.decode()
    delete = reverse("practice:delete_view", args=[view.pk])
    assert "Only who made this view" in clinician.post(delete, follow=True).content.decode()
    assert not look(clinician, f"?view={view.pk}&circle=light")["chosen"].can_overwrite
    assert look(manager, f"?view={view.pk}&circle=light")["chosen"].can_overwrite
    manager.post(delete)
    view.refresh_from_db()
    assert view.deleted_at


def test_a_role_that_logs_nothing_keeps_views_for_itself(riverside, as_person):
    olga = factories.person("Olga", role=Role.AUDITOR)
    view = keep(as_person(olga), "circle=inner", is_shared="on")
    assert not view.is_shared
    with pytest.raises(Refused):
        actions.create(by=olga, slug="partners", name="All", query="", columns=[], is_shared=True)


def test_another_practice_sees_no_shared_view(desk, northgate, as_person):
    view = keep(desk, "circle=inner", is_shared="on")
    with enter(northgate):
        theirs = as_person(factories.person("Nora", practice=northgate, role=Role.MANAGER))
    assert "Mine to call" not in theirs.get(LIST).content.decode()
    assert theirs.get(reverse("practice:update_view", args=[view.pk])).status_code == 404


def test_deleting_can_be_undone_for_thirty_days(desk, alice, now):
    view = keep(desk, "circle=inner")
    answer = desk.post(reverse("practice:delete_view", args=[view.pk]), follow=True)
    undo = trash.undo(view)
    assert undo in answer.content.decode()
    assert look(desk, f"?view={view.pk}")["chosen"].is_missing
    desk.post(undo)
    view.refresh_from_db()
    assert view.deleted_at is None
    SavedView.objects.update(deleted_at=now - timedelta(days=31))
    assert "more than 30 days ago" in desk.post(undo, follow=True).content.decode()


@pytest.fixture
def now(riverside):
    return riverside.now()


def test_a_name_given_again_meanwhile_keeps_the_old_view_away(desk):
    view = keep(desk, "circle=inner")
    desk.post(reverse("practice:delete_view", args=[view.pk]))
    keep(desk, "circle=light")
    answer = desk.post(trash.undo(view), follow=True)
    assert "You have a view of this name already" in answer.content.decode()


def test_a_list_opens_in_the_view_a_person_chose_and_all_is_still_there(desk, bob, as_person, people):
    view = keep(desk, "circle=inner", is_usual="on")
    assert names(look(desk)) == names(look(desk, "?page=1")) == ["Ann"]
    assert names(look(desk, "?view=all")) == ["Ann", "Ben", "Cal"]
    second = look(desk, "?view=all&page=2")["chosen"].address
    assert second["view"] == "all", "the next page of everything is not the usual view"
    assert names(look(desk, "?circle=network")) == ["Ben"]
    assert names(look(as_person(bob))) == ["Ann", "Ben", "Cal"]
    desk.post(reverse("practice:delete_view", args=[view.pk]))
    shown = look(desk)
    assert names(shown) == ["Ann", "Ben", "Cal"] and not shown["chosen"].is_missing


def test_a_built_in_view_can_be_the_one_that_opens_first(desk, alice, people, bob, as_person):
    for client in (desk, as_person(bob)):
        client.post(reverse("practice:make_usual", args=["partners"]), {"key": "mine"})
    assert names(look(desk)) == []
    assert names(look(as_person(bob))) == ["Ann"]
    answer = desk.post(reverse("practice:make_usual", args=["partners"]), {"key": "nonsense"}, follow=True)
    assert "not there any more" in answer.content.decode()


def test_looked_after_by_nobody_finds_those_without_an_owner(desk, people):
    assert names(look(desk, "?view=nobody")) == ["Ben", "Cal"]


def test_a_filter_value_that_is_gone_is_said_and_left_out(desk, people):
    service = Service.objects.create(name="Knee clinic")
    view = keep_of_log(desk, f"service={service.pk}&direction=sent")
    service.delete()
    page = desk.get(f"{LOG}?view={view.pk}")
    assert page.status_code == 200
    assert page.context["stale"] == ["Service"]
    assert "not there any more" in page.content.decode()


def keep_of_log(client, query):
    answer = client.post(f"{reverse('practice:create_view', args=['referrals'])}?{query}", {"name": "Log"})
    return SavedView.objects.get(pk=parse_qs(urlsplit(answer["Location"]).query)["view"][0])


def test_one_patient_is_never_part_of_a_view(desk, riverside):
    patient = factories.referral().patient
    view = keep_of_log(desk, f"patient={patient.pk}&direction=sent")
    assert view.query == "direction=sent"


def test_no_list_can_be_put_in_the_order_of_patients():
    columns = {column.key: column for column in LISTS["referrals"].columns}
    assert columns["patient"].sort == ""


def test_every_column_of_the_log_keeps_names_from_who_may_not_read_them(riverside, as_person):
    factories.referral(patient=factories.patient("Kim Moreau", record="20417"))
    every = "&".join(f"col={column.key}" for column in LISTS["referrals"].columns)
    html = as_person(factories.person("Olga", role=Role.AUDITOR)).get(f"{LOG}?{every}").content.decode()
    assert "Moreau" not in html and "record 20417" in html


@pytest.mark.parametrize("page, slug", [(LIST, "partners"), (LOG, "referrals")])
def test_all_columns_ask_as_many_questions_for_three_rows_as_for_thirty(
    desk, page, slug, django_assert_num_queries, django_assert_max_num_queries
):
    every = "?" + "&".join(f"col={column.key}" for column in LISTS[slug].columns)
    for _ in range(3):
        factories.referral(partner=factories.partner())
    desk.get(page + every)
    with django_assert_max_num_queries(13) as few:
        desk.get(page + every)
    for _ in range(20):
        factories.referral(partner=factories.partner())
    with django_assert_num_queries(len(few)):
        desk.get(page + every)


def test_a_column_moves_one_place_without_javascript(desk):
    answer = desk.get(f"{LIST}?col=name&col=area&col=phone&up=phone")
    assert answer.status_code == 302
    columns = parse_qs(urlsplit(answer["Location"]).query)["col"]
    assert columns == ["name", "phone", "area"]
    assert "up=" not in answer["Location"]


def test_unknown_columns_are_left_out_and_the_name_always_stands(desk):
    shown = look(desk, "?col=area&col=nonsense&col=area")["chosen"]
    assert shown.column_keys == ("name", "area")
    assert look(desk, "?col=nonsense")["chosen"].column_keys == shown.browsed.usual


def test_filters_too_long_to_keep_are_refused(desk):
    answer = desk.post(f"{NEW}?q={'x' * 2500}", {"name": "Long"})
    assert "too long to keep" in answer.content.decode()


def test_the_audit_names_what_was_done(desk):
    view = keep(desk, "circle=inner")
    desk.post(reverse("practice:update_view", args=[view.pk]), {"name": "New name", "version": 1})
    verbs = AuditEvent.objects.filter(subject_type="savedview").values_list("verb", flat=True)
    assert set(verbs) == {"saved", "changed"}


@pytest.fixture
def to_do(alice, bob, now):
    """A task of Alice's to keep in touch, another of hers, one of Bob's, and one she has done."""
    fields = {"by": alice, "due_on": now.date()}
    mine = {"kind": "other", "owner": alice} | fields
    tasks.add(title="Mine", **mine)
    done = tasks.add(title="Done", **mine)
    tasks.complete(done, by=alice, version=done.version, contact="")
    tasks.add(kind="other", title="Bob’s", owner=bob, **fields)
    ann = factories.partner("Ann")
    tasks.add(kind="check_in", title="Keep in touch with Ann", owner=alice, partner=ann, **fields)


def titles(client, query=""):
    return [task.title for task in look(client, query, TASKS)["page"]]


def test_tasks_have_views_of_filters_without_columns(desk, to_do):
    assert titles(desk, "?view=everybodys") == ["Mine", "Bob’s", "Keep in touch with Ann"]
    assert titles(desk, "?view=in-touch") == ["Keep in touch with Ann"]
    assert titles(desk, "?view=done") == ["Done"]
    new = reverse("practice:create_view", args=["tasks"])
    desk.post(f"{new}?for=everybody&kind=other&show=open&col=task", {"name": "By hand"})
    view = SavedView.objects.get()
    assert (view.query, view.columns) == ("for=everybody&kind=other", ["task"])
    assert titles(desk, f"?view={view.pk}") == ["Mine", "Bob’s"]
    assert ">Columns<" not in desk.get(TASKS).content.decode()


def test_what_a_filter_is_anyway_changes_no_view(desk, to_do):
    """The form of the filters sends all of them each time."""
    shown = look(desk, "?show=open&for=mine&kind=&view=all", TASKS)["chosen"]
    assert not (shown.is_changed or shown.is_narrowed or shown.can_save)
    assert titles(desk, "?show=open&for=mine&view=done") == ["Mine", "Keep in touch with Ann"]


def test_who_opens_another_view_first_still_sees_what_the_filters_say(desk, to_do):
    desk.post(reverse("practice:make_usual", args=["tasks"]), {"key": "done"})
    assert titles(desk) == ["Done"]
    page = desk.get(f"{TASKS}?show=open&for=mine&kind=")
    assert [task.title for task in page.context["page"]] == ["Mine", "Keep in touch with Ann"]
    address = page.wsgi_request.GET.urlencode()
    assert titles(desk, f"?{address}") == ["Mine", "Keep in touch with Ann"], "what the page goes on from"
