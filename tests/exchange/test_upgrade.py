"""What an upgrade makes of imports and lists that were under way: no line is lost or comes in twice."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from partners.models import Partner
from referralcrm.exchange import actions
from referralcrm.exchange.models import Export, ExportPart, Import
from referralcrm.exchange.outgoing.work import write_exports
from referralcrm.exchange.states import State
from referralcrm.practice.scope import enter
from tests import factories
from tests.exchange.bringing import a_clinic, finished

UNDER_WAY = [
    ("partners", State.CHECKED, State.CHECKING),
    ("partners", State.IMPORTING, State.DONE),
    ("partners", State.UPLOADED, State.UPLOADED),
    ("partners", State.DONE, State.DONE),
    ("contacts", State.CHECKED, State.CHECKED),
    ("referrals", State.IMPORTING, State.IMPORTING),
]
ROWS = {
    "partners": "name\nAnn Ash\nBen Birch\n",
    "contacts": "name,partner\nSam Reed,Ann Ash\n",
    "referrals": "happened on,patient\n2024-03-08,Kim Moreau\n",
}


@pytest.fixture
def clinic(committed):
    return a_clinic()


def renewed(*, since):
    """Back to the program as it was up to a migration, and on to what it is now."""
    call_command("migrate", "exchange", since, verbosity=0)
    call_command("migrate", "exchange", verbosity=0)


def under_way(clinic, sheet, state):
    run = factories.uploaded(ROWS[sheet], by=clinic.charlie, sheet=sheet)
    Import.objects.filter(pk=run.pk).update(state=state, position=1, lines=2, attempt=3)
    return run


def test_a_checked_import_is_checked_again_and_one_in_the_middle_ends_and_says_so(clinic):
    """Partners alone are brought in out of what the check kept, which older checks did not (0006)."""
    with enter(clinic):
        runs = [under_way(clinic, sheet, before) for sheet, before, _ in UNDER_WAY]
    renewed(since="0005_outcomes")
    with enter(clinic):
        for run, (sheet, before, after) in zip(runs, UNDER_WAY, strict=True):
            run.refresh_from_db()
            is_touched = before != after
            assert (run.sheet, run.state, run.attempt) == (sheet, after, 3 + is_touched)
            assert run.position == (0 if after == State.CHECKING else 1)
        again, ended = runs[0], runs[1]
        assert "Bring the file in again" in ended.failure and ended.finished_at <= timezone.now()
        Import.objects.exclude(pk=again.pk).update(state=State.DISCARDED)
    assert finished(clinic, again).state == State.CHECKED
    with enter(clinic):
        assert again.ready.count() == 1
        actions.start(again, by=clinic.charlie)
    assert finished(clinic, again).made == 2
    with enter(clinic):
        assert sorted(Partner.objects.values_list("name", flat=True)) == ["Ann Ash", "Ben Birch"]


def test_a_list_that_was_half_written_fails_in_words_and_the_others_go_on(clinic):
    """An older worker kept no keys to go on with (0007); going back, nobody could fill what has only keys."""
    with enter(clinic):
        factories.partner("Ann Ash")
        half, waiting = (Export.objects.create(kind="partners", by=clinic.charlie) for _ in range(2))
        done = factories.export(by=clinic.charlie)
        Export.objects.filter(pk=half.pk).update(total=9, position=5)
        ExportPart.objects.create(of=half, number=0, keys=[half.pk])
    renewed(since="0006_kept_ready")
    assert not write_exports(clinic)
    with enter(clinic):
        for export in (half, waiting, done):
            export.refresh_from_db()
        assert half.failed_at and half.finished_at is None and not half.parts.exists()
        assert waiting.finished_at and waiting.position == 1
        assert done.finished_at and not done.failed_at
