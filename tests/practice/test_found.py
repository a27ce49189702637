import io

import pytest
from django.core.management import CommandError, call_command

from referralcrm.practice.models import Practice, User

PASSWORD = "a boat below the old bridge"


def found(monkeypatch, password=PASSWORD, **options):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    options = {"manager": "Dora Diaz", "email": "dora@hilltop.example"} | options
    out = io.StringIO()
    call_command("found_practice", "Hilltop Physio", stdout=out, **options)
    return out.getvalue()


def test_the_first_practice_is_founded_with_a_password_from_a_pipe(db, monkeypatch):
    told = found(monkeypatch, country="IE", time_zone="Europe/Dublin")
    assert "Dora Diaz signs in as dora@hilltop.example" in told
    assert PASSWORD not in told
    dora = User.objects.select_related("practice").get()
    assert (dora.practice.country, dora.check_password(PASSWORD)) == ("IE", True)


@pytest.mark.parametrize(
    "wrong", [{"password": "short"}, {"country": "XX"}, {"time_zone": "Mars/Base"}, {"email": "dora"}]
)
def test_a_wrong_answer_founds_nothing_and_says_which(wrong, db, monkeypatch):
    with pytest.raises(CommandError) as told:
        found(monkeypatch, **wrong)
    assert str(told.value).startswith(next(iter(wrong)))
    assert not Practice.objects.exists()


def test_an_address_that_signs_in_already_is_refused(alice, monkeypatch):
    with pytest.raises(CommandError, match="already signs in"):
        found(monkeypatch, email=alice.email)
    assert Practice.objects.count() == 1
