"""The least about a patient, sealed with a key of their own."""

import unicodedata
from datetime import date
from functools import cached_property

from django.db import models
from django.utils import timezone

from referralcrm.core.crypto import blind_index, new_key, seal, unseal, unwrap, wrap
from referralcrm.core.reading import note_read
from referralcrm.core.sealed import Sealed, SealedField
from referralcrm.practice.models import Plentiful, scoped
from referralcrm.practice.models.merged import link_to_survivor


def normalised(text: str) -> str:
    """Lower case, no accents, no punctuation: what two spellings of one name share."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def family_name(name: str) -> str:
    """ "Adler, Ruth" and "Ruth Adler" both give "Adler"."""
    family, comma, _ = name.partition(",")
    return family.strip() if comma else name.split()[-1] if name.split() else ""


def given_names(name: str) -> str:
    """ "Adler, Ruth" and "Ruth Adler" both give "Ruth"."""
    _, comma, given = name.partition(",")
    return given.strip() if comma else " ".join(name.split()[:-1])


def are_one_name(one: str, other: str) -> bool:
    """Whether two spellings may be the same person's: one family name, and given names that agree.

    An initial or a missing given name agrees with every name that begins so ("K. Moreau").
    """
    if normalised(family_name(one)) != normalised(family_name(other)):
        return False
    shorter, longer = sorted((normalised(given_names(one)), normalised(given_names(other))), key=len)
    return longer.startswith(shorter)


def record_index(practice_id, record_number: str) -> bytes:
    """The blind index of a record number within one practice."""
    return blind_index(f"{practice_id}:{normalised(record_number)}", purpose="record number")


def person_index(practice_id, name: str, birth_date) -> bytes:
    """The blind index of family name with date of birth (a date, or ISO text) within one practice."""
    return blind_index(
        f"{practice_id}:{normalised(family_name(name))}:{birth_date}",
        purpose="family name and birth date",
    )


class PatientQuerySet(models.QuerySet):
    def with_record_number(self, practice, number):
        return self.filter(record_index=record_index(practice.pk, number))

    def with_person(self, practice, name, birth_date):
        """Those with this family name and date of birth; usually none or one."""
        return self.filter(person_index=person_index(practice.pk, name, birth_date))

    def standing(self):
        """Not merged with another: those that people see."""
        return self.filter(merged_into__isnull=True)

    def fitting(self, practice, *, name="", birth_date=None, record_number=""):
        """Whom this may be (a list): the one with the record number, else those of name and birth date."""
        if record_number and (known := self.with_record_number(practice, record_number).first()):
            return [known.survivor]
        if not (name and birth_date):
            return []
        found = {row.survivor for row in self.with_person(practice, name, birth_date)}
        return [
            patient
            for patient in found
            if patient.contradicts(name=name) != "name" and not (record_number and patient.record_number)
        ]


class Patient(Plentiful):
    """Found by record number, or by family name with date of birth; never sorted or searched by name."""

    wrapped_key = models.BinaryField(editable=False)
    name_sealed = SealedField()
    birth_date_sealed = SealedField()
    record_number_sealed = SealedField()
    phone_sealed = SealedField()
    merged_into = link_to_survivor()
    record_index = models.BinaryField(null=True, editable=False)
    person_index = models.BinaryField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    name = Sealed("name_sealed")
    birth_date = Sealed("birth_date_sealed")  # ISO date as text
    record_number = Sealed("record_number_sealed")
    phone = Sealed("phone_sealed")

    objects = scoped(PatientQuerySet)

    class Meta:
        indexes = [models.Index(fields=["practice", "person_index"], name="patient_by_person")]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "record_index"],
                name="patient_record_once",
                violation_error_message="Another patient has this record number.",
            )
        ]

    def __str__(self):
        return f"patient {self.pk}"

    @cached_property
    def data_key(self) -> bytes:
        """This patient's own key, unwrapped; made when the row is new. Raises Tampered."""
        if not self.wrapped_key:
            key = new_key()
            self.wrapped_key = wrap(key, bound_to=f"patient:{self.pk}")
            return key
        place = f"patient:{self.pk}"
        if self.merged_into_id:
            return unseal(self.wrapped_key, key=self.merged_into.data_key, bound_to=place)
        return unwrap(self.wrapped_key, bound_to=place)

    def hand_key_to(self, survivor):
        """Let the survivor's key hold this one's instead of the keyring."""
        self.wrapped_key = seal(self.data_key, key=survivor.data_key, bound_to=f"patient:{self.pk}")

    @property
    def survivor(self):
        """Who this is today: the patient this one was merged with, however often, or itself."""
        return self.merged_into.survivor if self.merged_into_id else self

    def make_key(self):
        """Make the key of a new row even while there is nothing to seal, so that later words have one."""
        return bool(self.data_key)

    @property
    def is_nameless(self) -> bool:
        """Nothing about them could be read yet."""
        return not (self.name_sealed or self.record_index)

    @property
    def born(self) -> date | None:
        """The date of birth as a date."""
        return date.fromisoformat(self.birth_date) if self.birth_date else None

    def contradicts(self, *, name="", birth_date=None) -> str:
        """Which of these cannot be this patient's, by no record of theirs: "name", "birth_date" or "" ."""
        if self._agrees(name, birth_date):  # nearly always, and then without a query
            return ""
        known = list(self.said())
        if name and not any(are_one_name(said, name) for said, _ in known):
            return "name"
        born = {day for _, day in known if day}
        if birth_date and born and str(birth_date) not in born:
            return "birth_date"
        return ""

    def _agrees(self, name, birth_date):
        born = self.birth_date
        return (not name or are_one_name(self.name, name)) and (
            not (birth_date and born) or born == str(birth_date)
        )

    def said(self):
        """(name, ISO date of birth) of this record, of those merged with it, and as it was before."""
        yield self.name, self.birth_date
        for merge in self.merges.filter(undone_at__isnull=True).select_related("merged"):
            merge.survivor, merge.merged.merged_into = self, self
            yield merge.before["name"], merge.before["birth_date"]
            yield from merge.merged.said()

    def label(self, *, with_name: bool) -> str:
        """What a list calls the patient: the name for those who may read it, else the record number."""
        if self.is_nameless:
            return "Patient not known yet"
        note_read(self.pk)
        if with_name and self.name:
            return self.name
        return f"record {self.record_number}" if self.record_number else "patient without record number"
