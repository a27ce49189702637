"""The columns of a file of outcomes."""

from referralcrm.exchange.columns import Content, Field, Sheet
from referralcrm.exchange.states import Outcome

OUTCOMES = Sheet(
    "outcomes",
    "Outcomes",
    (
        Field(
            "record_number",
            "record number",
            Content.RECORD,
            "record, record no, mrn, patient id, patient no, patient number, chart, chart no, chart number, "
            "acct, acct no, account number, file number, client id, id, patientennummer, patienten nr, "
            "numéro de dossier",
            example="20417",
            longest=40,
            is_patients=True,
        ),
        Field(
            "on",
            "date",
            Content.DATE,
            "appointment, appointment date, appt date, visit date, date of service, service date, day, "
            "when, termin, datum, rendez vous",
            example="2026-03-08",
        ),
        Field(
            "outcome",
            "outcome",
            Content.CHOICE,
            "status, appointment status, appt status, attendance, attended, result, visit status, state, "
            "ergebnis, stand",
            example="came",
            choices=Outcome,
        ),
        Field(
            "new_on",
            "new date",
            Content.DAY,
            "rebooked for, rescheduled to, new appointment, next appointment, new appointment date, "
            "neuer termin",
        ),
    ),
    required=(("record_number",), ("on",), ("outcome",)),
)
