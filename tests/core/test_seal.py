from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from referralcrm.core.crypto import Tampered, blind_index, keyring, new_key, seal, unseal, unwrap, wrap
from referralcrm.core.reading import reading
from referrals.models import Patient, Referral
from tests import factories


def test_a_sealed_value_opens_only_in_its_own_place():
    key = new_key()
    sealed = seal(b"shoulder", key=key, bound_to="row 1")
    assert unseal(sealed, key=key, bound_to="row 1") == b"shoulder"
    with pytest.raises(Tampered):
        unseal(sealed, key=key, bound_to="row 2")


def test_one_flipped_bit_is_noticed():
    key = new_key()
    sealed = bytearray(seal(b"shoulder", key=key, bound_to="row"))
    sealed[-1] ^= 1
    with pytest.raises(Tampered):
        unseal(sealed, key=key, bound_to="row")


def test_an_old_key_still_opens_after_a_new_one_was_put_first(settings):
    old = settings.PATIENT_KEYS
    wrapped, index = wrap(b"data key", bound_to="patient"), blind_index("moreau", purpose="name")
    settings.PATIENT_KEYS = f"k2:{'QUJD' * 10}QUI=,{old}"
    assert unwrap(wrapped, bound_to="patient") == b"data key"
    assert blind_index("moreau", purpose="name") == index
    assert wrap(b"x", bound_to="patient")[2:4] == b"k2"


@pytest.mark.parametrize("text", ["", "k1", "k1:short", "k1:QUJD", ":QUJD", "k1:%%%"])
def test_a_keyring_that_makes_no_sense_is_refused(text):
    with pytest.raises(ImproperlyConfigured):
        keyring(text)


def test_the_table_holds_no_word_about_the_patient(riverside):
    referral = factories.referral(
        patient=factories.patient("Zebedee Canary", record="CANARY77"), reason="Canary cough"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text || r::text FROM referrals_patient p, referrals_referral r")
        (dump,) = cursor.fetchone()
    for word in ("Canary", "Zebedee", "CANARY77", "1971-03-08"):
        assert word.encode().hex() not in dump and word not in dump
    assert Referral.objects.get(pk=referral.pk).reason == "Canary cough"


def test_opening_a_value_tells_whose_it_was(riverside):
    patient = factories.patient()
    again = Patient.objects.get(pk=patient.pk)
    with reading() as seen:
        assert not seen
        assert again.name == "Kim Moreau"
    assert seen == {patient.pk}


def test_a_patient_is_found_by_family_name_and_birth_date_in_any_spelling(riverside):
    patient = factories.patient("Zoë O'Brien-Müller", born="1980-02-29")
    for typed in ("obrienmuller, Zoe", "Z. O’BRIEN-MULLER", "zoe O'Brien-Müller"):
        assert Patient.objects.with_person(riverside, typed, date(1980, 2, 29)).get() == patient
    assert not Patient.objects.with_person(riverside, "Zoë O'Brien-Müller", date(1980, 2, 28)).exists()


def test_two_practices_have_different_blind_indexes(riverside, northgate):
    ours = factories.patient(record="77")
    assert bytes(ours.record_index) != blind_index(f"{northgate.pk}:77", purpose="record number")
