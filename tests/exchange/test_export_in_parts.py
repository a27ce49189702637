"""How a worker writes a list: in parts and transactions, whatever dies, once, sealed, for some days."""

import io
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from referralcrm.exchange.models import Export
from referralcrm.exchange.outgoing import actions, work
from referralcrm.exchange.tables import open_table
from referralcrm.practice.models import FilePiece, StoredFile
from referralcrm.practice.scope import enter
from tests import factories
from tests.exchange.taking_out import file_of, log, taken_out


def test_a_long_list_is_written_in_parts_and_fetched_as_several_files(fresh, monkeypatch):
    monkeypatch.setattr("referralcrm.exchange.outgoing.work.ROWS_A_PART", 2)
    monkeypatch.setattr("referralcrm.exchange.outgoing.models.ROWS_A_PART", 2)
    monkeypatch.setattr("referralcrm.exchange.outgoing.models.PARTS_A_FILE", 2)
    monkeypatch.setattr("referralcrm.exchange.outgoing.actions.PARTS_A_FILE", 2)
    with enter(fresh):
        for number in range(9):
            factories.partner(f"Ann {number}")
    export = taken_out(fresh, "partners", by=fresh.charlie)
    assert export.files == [(1, 1, 4), (2, 5, 8), (3, 9, 9)]
    names = []
    for number in (1, 2, 3):
        table = open_table(io.BytesIO(file_of(fresh, export, number=number)), name="x.csv")
        names += [cells[1] for _, cells in table.rows()]
    assert names == [f"Ann {number}" for number in range(9)]


def test_a_worker_that_dies_leaves_whole_parts_and_the_next_goes_on(fresh, monkeypatch):
    monkeypatch.setattr("referralcrm.exchange.outgoing.work.ROWS_A_PART", 2)
    with enter(fresh):
        for number in range(7):
            factories.partner(f"Ann {number}")
        export = actions.ask_for("partners", by=fresh.charlie)
    put, calls = work.files.put, []

    def failing(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return put(*args, **kwargs)

    monkeypatch.setattr(work.files, "put", failing)
    with pytest.raises(OSError):
        work.write_exports(fresh)
    with enter(fresh):
        export.refresh_from_db()
        assert (export.position, export.total, export.stumbles, export.is_at_work) == (2, 7, 1, True)
    assert not work.write_exports(fresh)
    with enter(fresh):
        export.refresh_from_db()
        assert (export.position, export.parts.count(), export.finished_at is not None) == (7, 4, True)


def test_what_fails_again_and_again_is_given_up_and_said(fresh, monkeypatch, as_person):
    with enter(fresh):
        factories.partner("Ann")
        export = actions.ask_for("partners", by=fresh.charlie)
    monkeypatch.setattr(work, "_as_csv", lambda *_: 1 / 0)
    for _ in range(work.STUMBLES):
        with pytest.raises(ZeroDivisionError):
            work.write_exports(fresh)
    assert not work.write_exports(fresh)
    body = as_person(fresh.charlie).get(reverse("exchange:taken", args=[export.pk])).content.decode()
    assert "Something went wrong here" in body


def test_a_list_is_forgotten_after_seven_days(fresh):
    with enter(fresh):
        factories.partner("Ann")
    export = taken_out(fresh, "partners", by=fresh.charlie)
    with enter(fresh):
        Export.objects.update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    assert not work.write_exports(fresh)
    with enter(fresh), pytest.raises(Export.DoesNotExist):
        export.refresh_from_db()
    with enter(fresh):
        assert StoredFile.objects.count() == 0


def test_two_workers_write_one_list_once(fresh, monkeypatch):
    with enter(fresh):
        factories.partner("Ann")
        export = actions.ask_for("partners", by=fresh.charlie)
    inner, writing = work._as_csv, []

    def another_worker():
        work.write_exports(fresh)
        connection.close()

    def while_another_looks_for_work(*args):
        writing.append(threading.get_ident())
        if len(writing) == 1:
            second = threading.Thread(target=another_worker)
            second.start()
            second.join()
        return inner(*args)

    monkeypatch.setattr(work, "_as_csv", while_another_looks_for_work)
    work.write_exports(fresh)
    assert writing == [threading.get_ident()]
    with enter(fresh):
        export.refresh_from_db()
        assert (export.position, export.parts.count()) == (1, 1)


def test_a_longer_list_needs_no_more_queries_a_part(fresh, django_assert_max_num_queries):
    with enter(fresh):
        for number in range(30):
            office = factories.organisation(f"Office {number}")
            partner = factories.partner(organisation=office)
            log(fresh, f"Kim Number{number}", record=f"N{number}", partner=partner)
        actions.ask_for("referrals", by=fresh.charlie)
    with django_assert_max_num_queries(32):
        work.write_exports(fresh)


def test_a_refused_part_leaves_nothing_half_written(fresh, monkeypatch):
    monkeypatch.setattr(work, "LARGEST", 3)
    with enter(fresh):
        factories.partner("Ann")
        actions.ask_for("partners", by=fresh.charlie)
    with pytest.raises(Exception, match="larger than"):
        work.write_exports(fresh)
    with enter(fresh), transaction.atomic():
        assert (StoredFile.objects.count(), FilePiece.objects.count()) == (0, 0)


def test_nothing_readable_is_kept(fresh):
    with enter(fresh):
        factories.partner("Zebedee Canary")
    taken_out(fresh, "partners", by=fresh.charlie)
    with enter(fresh):
        assert FilePiece.objects.count() == 1
        assert b"Zebedee" not in bytes(FilePiece.objects.get().box)
