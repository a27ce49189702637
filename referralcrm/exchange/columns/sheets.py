"""The three sheets people bring: what each column is called, here and elsewhere.

Names out of other people's spreadsheets, practice software and paid tools stand with commas between
them; case, accents and punctuation make no difference.
"""

from partners.states import Channel as ThanksChannel
from partners.states import Circle, ContactRole, Ending, Kind, Stage
from referralcrm.exchange.columns.fields import Content, Field, Sheet
from referrals.states import Channel, Direction, Journey, Loop, Source, Urgency


def _reach(*, of=""):
    """How the person or place of a row is reached; ``of`` stands before each key ("contact_phone")."""
    return (
        Field(
            f"{of}phone",
            "phone",
            Content.PHONE,
            (
                "telephone, tel, tel no, telephone number, phone number, phone no, phone 1, phone "
                "1 value, office phone, work phone, business phone, main phone, practice phone, "
                "primary phone, telefon, téléphone, teléfono, contact number, provider phone, "
                "mobile, mobile phone, cell, telefonnummer, rufnummer, handy, mobil, telefoon, telefono"
            ),
            example="+44 20 7946 0958",
            longest=32,
        ),
        Field(
            f"{of}email",
            "e-mail",
            Content.EMAIL,
            (
                "email, email address, e-mail address, mail, e-mail adresse, e mailadres, "
                "e-mail 1 value, work email, business "
                "email, provider email, courriel, correo electrónico"
            ),
            example="reception@northgate.example",
            longest=254,
        ),
    )


PARTNER_NAMES = (
    "partner, provider, provider name, referring provider, referring provider name, "
    "referring physician, referring doctor, referring dentist, referring clinician, "
    "referring practitioner, referring gp, referral partner, referral source name, "
    "referrer, referrer name, referred by, ref by, ref doctor, ref dr, ref provider, "
    "zuweiser, überweiser, zuweisender arzt, überweisender arzt, médecin, médecin traitant, "
    "médecin adresseur, huisarts, verwijzer, médico, derivante, "
    "doctor, doctor name, dr name, physician, physician name, dentist, clinician "
    "name, gp, gp name, consultant, practitioner name"
)
OFFICES = (
    "practice, practice name, clinic, clinic name, office, office name, company, "
    "company name, organization, organisation name, organization name, organization 1 "
    "name, account, account name, hospital, surgery, surgery name, facility, facility "
    "name, group, group name, location name, employer, place of work, works at, "
    "business, business name, praxis, praxisname, klinik, einrichtung, cabinet, praktijk, "
    "clínica, consultorio, referring practice, referring clinic, "
    "referring office, referring organisation, referring facility"
)
IDENTIFIERS = (
    "npi, npi number, npi no, provider npi, referring provider npi, individual npi, "
    "gdc, gdc no, gdc number, gmc, gmc no, gmc number, hcpc, hcpc no, registration, "
    "registration no, registration number, license, license no, license number, "
    "licence number, provider id, ahpra, ahpra number, medicare provider number, "
    "lanr, rpps, provider no, tax id npi"
)
DISCIPLINES = (
    "specialty, speciality, provider specialty, profession, type, provider type, "
    "occupation, job title, field, taxonomy, fachrichtung, fachgebiet, beruf, spécialité, especialidad, "
    "specialisme"
)
GIVEN = "first name, firstname, forename, given name, first, vorname, prénom, nombre, voornaam, fname"
FAMILY = (
    "last name, lastname, surname, family name, last, nachname, familienname, nom, "
    "nom de famille, apellido, apellidos, achternaam, lname"
)
TITLES = (
    "title, prefix, titel, akademischer titel, titre, salutation, name prefix, dr mr mrs, anrede, civilité"
)


def _title_fields(titles=TITLES, given=GIVEN, family=FAMILY, of=""):
    whose = "partner’s " if of else ""
    return (
        Field(f"{of}title", f"{whose}title", synonyms=titles, example="Dr", longest=40),
        Field(f"{of}given_name", f"{whose}first name", synonyms=given, example="Adaeze", longest=80),
        Field(f"{of}family_name", f"{whose}family name", synonyms=family, example="Okafor", longest=80),
    )


def _office_fields():
    return (
        Field("partner", "partner", synonyms=PARTNER_NAMES, example="Dr Adaeze Okafor", longest=160),
        Field("partner_id", "partner id", Content.KEY, longest=36),
        Field("organisation", "organisation", synonyms=OFFICES, example="Northgate Surgery", longest=160),
    )


PARTNERS = Sheet(
    "partners",
    "Partners",
    (
        Field("id", "id", Content.KEY, longest=36),
        Field(
            "name",
            "name",
            synonyms=f"full name, display name, contact, person, {PARTNER_NAMES}",
            example="Dr Adaeze Okafor",
            longest=160,
        ),
        Field("is_person", "is a person", Content.FLAG, example="yes"),
        *_title_fields(),
        Field(
            "salutation",
            "greeting",
            synonyms="greeting in letters, dear",
            example="Dr Okafor",
            longest=80,
        ),
        Field("discipline", "discipline", synonyms=DISCIPLINES, example="Family medicine", longest=80),
        Field("organisation", "organisation", synonyms=OFFICES, example="Northgate Surgery", longest=160),
        *_reach(),
        Field(
            "fax",
            "fax",
            Content.PHONE,
            "fax number, fax no, business fax, office fax, telefax, fax 1 value",
            example="+44 20 7946 0959",
            longest=32,
        ),
        Field(
            "address",
            "address",
            synonyms=(
                "street, street address, address 1, address line 1, business street, mailing "
                "address, office address, practice address, adresse, address 1 formatted, address "
                "1 street, straße, straße und hausnummer, straße nr, rue, calle, straat, dirección"
            ),
            example="12 Mill Lane",
            longest=300,
            has_lines=True,
        ),
        Field(
            "address_2",
            "address, second line",
            synonyms="address 2, address line 2, suite, unit",
            longest=120,
        ),
        Field(
            "postcode",
            "postcode",
            synonyms=(
                "post code, zip, zip code, zipcode, postal code, plz, postleitzahl, code postal, "
                "código postal, eircode"
            ),
            example="SE1 7PB",
            longest=12,
        ),
        Field(
            "area",
            "area",
            synonyms=(
                "city, town, suburb, region, district, county, business city, ort, stadt, wohnort, "
                "ville, plaats, ciudad"
            ),
            example="Harbour",
            longest=60,
        ),
        Field("hours", "hours", synonyms="opening hours, office hours", example="Mon–Fri 9–17", longest=120),
        Field(
            "preferred_channel",
            "prefers",
            Content.CHOICE,
            ("preferred contact method, prefers thanks by, preferred channel, contact preference"),
            example="e-mail",
            choices=ThanksChannel,
        ),
        Field("best_time", "best time", synonyms="best time to reach, best time to call", longest=80),
        Field("time_zone", "time zone", synonyms="timezone", example="Europe/London", longest=60),
        Field("kind", "kind", Content.CHOICE, "relationship", example="regular", choices=Kind),
        Field(
            "stage",
            "stage",
            Content.CHOICE,
            "status, relationship status, lifecycle stage",
            example="active",
            choices=Stage,
        ),
        Field(
            "circle",
            "circle",
            Content.CHOICE,
            "tier, priority, category",
            example="network",
            choices=Circle,
        ),
        Field(
            "owner",
            "looked after by",
            synonyms="owner, contact owner, account owner, assigned to, liaison, representative, rep",
            example="jo@clinic.example",
            longest=254,
        ),
        Field("backup", "backup", synonyms="backup owner", longest=254),
        Field(
            "special_interests",
            "special interests",
            Content.WORDS,
            "clinical interests, subspecialty, interests, expertise",
            example="knees, hips",
        ),
        Field("personal_interests", "personal interests", synonyms="hobbies", longest=300),
        Field(
            "plans",
            "insurers",
            Content.WORDS,
            "insurance, insurances, insurance accepted, plans, payers, plans accepted",
            example="Blue, Green",
        ),
        Field("telehealth", "telehealth", Content.FLAG, "video, telemedicine", example="no"),
        Field("treating_provider", "treating provider", Content.FLAG, "may receive reports", example="yes"),
        Field("identifier", "provider number", Content.NUMBER, IDENTIFIERS, example="1234567893", longest=40),
        Field("goal", "goal", longest=200),
        Field("next_step", "next step", synonyms="next action, follow up", longest=200),
        Field(
            "next_step_on",
            "next step by",
            Content.DAY,
            "follow up date, next action date, next contact",
        ),
        Field("tags", "tags", Content.WORDS, "labels, groups, group membership", example="spine, sport"),
        Field(
            "notes",
            "notes",
            synonyms=(
                "note, comments, comment, remarks, memo, bemerkung, bemerkungen, notiz, notizen, anmerkung, "
                "anmerkungen, kommentar, remarques, commentaire, opmerking, opmerkingen, observaciones, notas"
            ),
            has_lines=True,
        ),
        Field(
            "email_opted_out_at",
            "no e-mail since",
            Content.MOMENT,
            "opted out, opt out, unsubscribed, email opt out, do not email",
        ),
        Field("ending", "ending", Content.CHOICE, choices=Ending),
        Field("ended_on", "ended on", Content.DATE, "end date, inactive since"),
        Field(
            "contact_name",
            "contact",
            synonyms=(
                "contact name, contact person, office contact, office manager, practice manager, "
                "receptionist, referral coordinator, coordinator, key contact"
            ),
            example="Sam Reed",
            longest=120,
        ),
        Field(
            "contact_role",
            "contact’s role",
            Content.CHOICE,
            "contact role, contact title, contact position",
            choices=ContactRole,
        ),
        Field("contact_phone", "contact’s phone", Content.PHONE, "contact phone, contact tel", longest=32),
        Field("contact_email", "contact’s e-mail", Content.EMAIL, "contact email, contact mail", longest=254),
    ),
    required=(("name", "family_name", "organisation"),),
)

CONTACTS = Sheet(
    "contacts",
    "Contacts at partners’ offices",
    (
        Field("id", "id", Content.KEY, longest=36),
        *_office_fields(),
        Field(
            "name",
            "name",
            synonyms=("contact, contact name, full name, contact person, person, staff name, staff member"),
            example="Sam Reed",
            longest=120,
        ),
        *_title_fields()[1:],
        Field(
            "role",
            "role",
            Content.CHOICE,
            "position, job title, contact role, title, function, job",
            example="receptionist",
            choices=ContactRole,
        ),
        *_reach(),
        Field("note", "note", synonyms="notes, comment, comments, remarks", longest=200),
    ),
    required=(("name", "given_name", "family_name"), ("partner", "partner_id", "organisation")),
)

_DATES = {
    "accepted_on": ("accepted on", "date accepted, accepted"),
    "scheduled_on": ("booked on", "date booked, scheduled on, date scheduled, booking date"),
    "attended_on": (
        "attended on",
        "date seen, seen on, first visit, first seen, date attended, initial visit, eval date, "
        "date of service, start of care, visit date, gesehen am, erschienen am",
    ),
    "in_care_on": ("in care on", "care began, treatment start"),
    "completed_on": ("completed on", "discharge date, discharged, date completed, completed"),
    "closed_on": ("closed on", "date closed"),
}

REFERRALS = Sheet(
    "referrals",
    "Past referrals",
    (
        Field("id", "id", Content.KEY, longest=36),
        Field("matter", "matter", Content.KEY, longest=36),
        Field(
            "direction",
            "direction",
            Content.CHOICE,
            "in out, inbound outbound, referral type, sent received",
            example="received",
            choices=Direction,
        ),
        Field(
            "happened_on",
            "happened on",
            Content.DATE,
            (
                "date, referral date, ref date, date of referral, referred on, date referred, "
                "date received, received date, received on, date sent, referred date, created, "
                "created date, entry date, datum, überweisungsdatum, zuweisungsdatum, eingang, "
                "eingangsdatum, date de la demande, fecha, verwijsdatum"
            ),
            example="2026-03-08",
        ),
        Field(
            "source",
            "source",
            Content.CHOICE,
            "referral source, ref source, referral source type, how did you hear, how heard",
            example="a partner",
            choices=Source,
        ),
        Field("source_name", "recommended by", synonyms="source name", longest=120, is_patients=True),
        Field(
            "partner",
            "partner",
            synonyms=f"referred to, ref to, sent to, referring source, {PARTNER_NAMES}",
            example="Dr Adaeze Okafor",
            longest=160,
        ),
        Field("partner_id", "partner id", Content.KEY, longest=36),
        *_title_fields(
            "referring title, provider title",
            "referring first name, provider first name, referring provider first name, referrer first name",
            "referring last name, provider last name, referring provider last name, referrer last name",
            of="partner_",
        ),
        Field(
            "partner_discipline",
            "discipline of the partner",
            synonyms="referring specialty, specialty, provider specialty",
            longest=80,
        ),
        Field("partner_identifier", "partner’s provider number", Content.NUMBER, IDENTIFIERS, longest=40),
        Field(
            "partner_phone",
            "partner’s phone",
            Content.PHONE,
            "referring phone, referring provider phone, referrer phone, provider phone",
            longest=32,
        ),
        Field(
            "partner_email",
            "partner’s e-mail",
            Content.EMAIL,
            "referring email, referring provider email, referrer email, provider email",
            longest=254,
        ),
        Field("organisation", "organisation", synonyms=OFFICES, example="Northgate Surgery", longest=160),
        Field(
            "record_number",
            "record number",
            Content.RECORD,
            synonyms=(
                "record, record no, mrn, patient id, patient no, patient number, patient mrn, "
                "chart, chart no, chart number, acct, acct no, account number, file number, case "
                "number, medical record number, client id, patientennummer, patienten nr, patientnummer, "
                "numéro de dossier, número de historia"
            ),
            example="20417",
            longest=40,
            is_patients=True,
        ),
        Field(
            "patient_name",
            "patient",
            synonyms=(
                "patient name, client, client name, patient full name, name, pt name, pt, patientin, "
                "patientenname, paciente, patiënt"
            ),
            example="Kim Moreau",
            longest=120,
            is_patients=True,
        ),
        Field(
            "patient_given_name",
            "patient’s first name",
            synonyms=f"patient first name, patient firstname, patient forename, pt first name, {GIVEN}",
            longest=80,
            is_patients=True,
        ),
        Field(
            "patient_family_name",
            "patient’s family name",
            synonyms=f"patient last name, patient lastname, patient surname, pt last name, {FAMILY}",
            longest=80,
            is_patients=True,
        ),
        Field(
            "patient_born",
            "born",
            Content.DATE,
            (
                "dob, date of birth, birth date, birthdate, birthday, patient dob, pt dob, "
                "geburtsdatum, geb datum, geboren, geboren am, "
                "date de naissance, né le, fecha de nacimiento, geboortedatum"
            ),
            example="1971-03-08",
            is_patients=True,
        ),
        Field(
            "patient_phone",
            "patient’s phone",
            Content.PHONE,
            "patient phone, phone, tel, telephone, mobile, cell, phone number, patient mobile, telefon",
            longest=32,
            is_patients=True,
        ),
        Field(
            "service",
            "service",
            synonyms="services, treatment, procedure, program, department",
            longest=80,
        ),
        Field("discipline", "discipline", synonyms="referred for discipline", longest=80),
        Field(
            "clinician",
            "clinician",
            synonyms=(
                "practitioner, treating provider, therapist, assigned provider, seen by, treating "
                "clinician, our clinician, rendering provider"
            ),
            longest=254,
        ),
        Field("location", "location", synonyms="site, branch, our location, clinic location", longest=80),
        Field(
            "urgency",
            "urgency",
            Content.CHOICE,
            "priority, urgent, triage",
            example="routine",
            choices=Urgency,
        ),
        Field(
            "channel",
            "came by",
            Content.CHOICE,
            "channel, received by, referral method, method, received via, via",
            example="fax",
            choices=Channel,
        ),
        Field(
            "reason",
            "reason",
            synonyms=(
                "reason for referral, diagnosis, dx, diagnose, überweisungsgrund, grund, motif, "
                "motivo, reden, complaint, notes, comments, details, remarks"
            ),
            has_lines=True,
            is_patients=True,
        ),
        Field(
            "journey",
            "journey",
            Content.CHOICE,
            "status, outcome, referral status, state, result, disposition, attended",
            example="attended",
            choices=Journey,
        ),
        *(Field(key, label, Content.DATE, synonyms) for key, (label, synonyms) in _DATES.items()),
        Field(
            "appointment_on",
            "booked for",
            Content.DAY,
            "appointment, appointment date, appt date, appt, scheduled for, scheduled date",
        ),
        Field("next_visit_on", "back with the referrer on", Content.DAY, "next visit to referrer"),
        Field(
            "report",
            "report",
            Content.CHOICE,
            "report status, letter status",
            choices=Loop,
        ),
        Field("report_due_on", "report due on", Content.DAY, "report due"),
        Field(
            "report_on",
            "report sent or received on",
            Content.DATE,
            ("report sent, report date, report sent on, letter sent, report received, letter date"),
        ),
        Field("report_confirmed_on", "report confirmed on", Content.DATE),
        Field("entered_at", "entered at", Content.MOMENT),
    ),
    required=(
        ("happened_on",),
        ("record_number", "patient_name", "patient_family_name"),
    ),
)

SHEETS: dict[str, Sheet] = {sheet.key: sheet for sheet in (PARTNERS, CONTACTS, REFERRALS)}
