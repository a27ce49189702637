"""Whose line it is: by record number, or by family name with date of birth; else a new patient.

The indexes are blind, so a whole step is looked up in two queries and only those who fit are opened.
"""

from referrals.actions.intake import Newcomer
from referrals.models import Patient
from referrals.models.patients import normalised, person_index, record_index

NO_NAME = "Nobody here has this record number yet, so the patient's name is needed."
OTHER_NAME = "This record number belongs to a patient with another name."
OTHER_BIRTHDAY = "The patient with this record number has another date of birth."
SEVERAL = "More than one patient has this name and date of birth. Add the record number."
CONTRADICTS = {"name": ("patient_name", OTHER_NAME), "birth_date": ("patient_born", OTHER_BIRTHDAY)}


class PatientBook:
    """Finds and makes the patients of one step after the other."""

    def __init__(self, practice):
        self.practice = practice
        self._named = set()  # record numbers that an earlier line of the file gave a name
        self._known = {}
        self._problems = {}
        self._newcomers = {}

    def note(self, row):
        """Reckon by what this line's patient is found."""
        values = row.values
        record, name = values.get("record_number", ""), values.get("patient_name", "")
        born = values.get("patient_born")
        values["by_record"] = record_index(self.practice.pk, record) if record else None
        values["by_person"] = person_index(self.practice.pk, name, born) if name and born else None
        if record and name:
            self._named.add(values["by_record"])

    def look_up(self, rows):
        """Find the known patients of these lines, and what contradicts them."""
        self._known, self._problems, self._newcomers = {}, {}, {}
        records = {row.values["by_record"] for row in rows} - {None}
        persons = {row.values["by_person"] for row in rows} - {None}
        by_record = {
            bytes(patient.record_index): patient.survivor
            for patient in Patient.objects.filter(record_index__in=records).select_related("merged_into")
        }
        by_person = {}
        for patient in Patient.objects.filter(person_index__in=persons).select_related("merged_into"):
            found = by_person.setdefault(bytes(patient.person_index), [])
            if patient.survivor not in found:
                found.append(patient.survivor)
        for row in rows:
            self._find(row, by_record, by_person)

    def _find(self, row, by_record, by_person):
        values = row.values
        name, record = values.get("patient_name", ""), values["by_record"]
        if record and (patient := by_record.get(record)):
            wrong = patient.contradicts(name=name, birth_date=values.get("patient_born"))
            if wrong:
                self._problems[row.line] = CONTRADICTS[wrong]
            self._known[row.line] = patient
            return
        fitting = [
            patient
            for patient in by_person.get(values["by_person"], ())
            if patient.contradicts(name=name) != "name" and not (record and patient.record_number)
        ]
        if len(fitting) > 1:
            self._problems[row.line] = ("record_number", SEVERAL)
        elif fitting:
            self._known[row.line] = fitting[0]
        elif not name and record not in self._named:
            self._problems[row.line] = ("record_number", NO_NAME)

    def problem(self, row):
        """(field, words) when it cannot be told whose line it is."""
        return self._problems.get(row.line)

    def known_pk(self, row):
        patient = self._known.get(row.line)
        return patient and patient.pk

    def is_only_named(self, row) -> bool:
        return not (row.values["by_record"] or row.values["by_person"])

    def by_name(self, name) -> tuple:
        return ("name", normalised(name))

    def keys(self, row) -> list[tuple]:
        """By what this line's patient is recognised, in the file and here."""
        values = row.values
        known = self.known_pk(row)
        keys = [("id", str(known))] if known else []
        if values["by_record"]:
            return [*keys, ("record", values["by_record"])]
        if values["by_person"]:
            return [*keys, ("person", values["by_person"], normalised(values["patient_name"]))]
        return [*keys, self.by_name(values["patient_name"])]

    def of(self, row):
        """The patient of a line that comes in: known, or new once for all lines of the step."""
        if known := self._known.get(row.line):
            return known
        values = row.values
        if self.is_only_named(row):
            return self._newcomer(values)
        by_record, by_person = ("record", values["by_record"]), ("person", values["by_person"])
        key = by_record if values["by_record"] else by_person
        if key not in self._newcomers:
            newcomer = self._newcomers[key] = self._newcomer(values)
            self._newcomers.setdefault(by_person, newcomer)
        return self._newcomers[key]

    def _newcomer(self, values):
        return Newcomer(
            name=values.get("patient_name", ""),
            birth_date=values.get("patient_born"),
            record_number=values.get("record_number", ""),
            phone=values.get("patient_phone", ""),
            record_index=values["by_record"],
            person_index=values["by_person"],
        )
