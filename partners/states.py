"""The words a relationship is described with."""

from django.db import models


class Kind(models.TextChoices):
    REGULAR = "regular", "regular"
    PEER = "peer", "peer"
    LATERAL = "lateral", "lateral"
    ADVICE = "advice", "advice partner"


class Stage(models.TextChoices):
    PROSPECT = "prospect", "not met yet"
    CONTACTED = "contacted", "contacted"
    MET = "met", "met"
    ACTIVE = "active", "active"
    DORMANT = "dormant", "dormant"
    ENDED = "ended", "ended"


class Circle(models.TextChoices):
    INNER = "inner", "inner circle"
    NETWORK = "network", "network"
    LIGHT = "light", "light touch"


class Channel(models.TextChoices):
    EMAIL = "email", "e-mail"
    PHONE = "phone", "a call"
    CARD = "card", "a handwritten card"


class GoesWith(models.TextChoices):
    """What a line of a partner's checklist goes with."""

    REFERRAL = "referral", "a patient we send them"
    REPORT = "report", "a report on a patient of theirs"
    BOTH = "both", "both"


class News(models.TextChoices):
    """What a partner may ask to be told about the patients they sent; never with a name or a date."""

    RECEIVED = "received", "we have the referral"
    BOOKED = "booked", "an appointment is booked"
    DECLINED = "declined", "we cannot take the patient"
    NO_SHOW = "no_show", "the patient did not come"
    ATTENDED = "attended", "the patient was here"
    DISCHARGED = "discharged", "care is complete"


class Accepting(models.TextChoices):
    YES = "yes", "takes new patients"
    NO = "no", "takes no new patients now"


class Ending(models.TextChoices):
    MOVED = "moved", "Moved away"
    RETIRED = "retired", "Retired"
    DIED = "died", "Died"
    STOPPED = "stopped", "Relationship ended"


class AddressState(models.TextChoices):
    OK = "ok", "works"
    BOUNCED = "bounced", "bounced"


class ContactRole(models.TextChoices):
    RECEPTION = "reception", "receptionist"
    COORDINATOR = "coordinator", "referral coordinator"
    MANAGER = "manager", "practice manager"
    ASSISTANT = "assistant", "assistant"
    OTHER = "other", "other"


class Likeness(models.TextChoices):
    """Why two rows may be one."""

    IDENTIFIER = "identifier", "the same provider number"
    EMAIL = "email", "the same e-mail"
    PHONE = "phone", "the same phone"
    NAME = "name", "the same name"
    INITIAL = "initial", "the same name with an initial"
    ALIKE = "alike", "names alike"
    OFFICE = "office", "the same office"
    POSTCODE = "postcode", "the same postcode"


class Side(models.TextChoices):
    """Which of two rows' values stays when they are merged."""

    OURS = "ours", "this one"
    THEIRS = "theirs", "the other one"
    BOTH = "both", "both"


class ReportBy(models.TextChoices):
    """How a partner likes to have reports."""

    LINK = "link", "a link that asks for a code"
    POST = "post", "post"
    FAX = "fax", "fax"
    BY_HAND = "by_hand", "by hand"


REPORT_DAYS = 7  # when nothing is agreed
ACKNOWLEDGE_DAYS = 1  # working days, when nothing is agreed
NO_LONGER_THERE = frozenset({Ending.MOVED, Ending.RETIRED, Ending.DIED})

# What a new practice starts with. Our own words; no licensed vocabulary is shipped.
DISCIPLINES = {
    "Medical": [
        "Family medicine",
        "Paediatrics",
        "Orthopaedics",
        "Rheumatology",
        "Neurology",
        "Cardiology",
        "Obstetrics and gynaecology",
        "Sports medicine",
        "Pain medicine",
        "Geriatrics",
        "Dermatology",
        "Psychiatry",
        "Oncology",
        "Radiology",
        "General surgery",
        "Ear, nose and throat",
        "Urology",
    ],
    "Dental": ["General dentistry", "Orthodontics", "Endodontics", "Periodontics", "Oral surgery"],
    "Allied health": [
        "Physiotherapy",
        "Occupational therapy",
        "Speech therapy",
        "Podiatry",
        "Dietetics",
        "Chiropractic",
        "Osteopathy",
        "Psychology",
        "Counselling",
        "Massage therapy",
        "Acupuncture",
        "Optometry",
        "Audiology",
        "Pharmacy",
        "Nursing",
        "Midwifery",
        "Prosthetics and orthotics",
    ],
    "Community": [
        "Doula",
        "Lactation support",
        "Personal training",
        "Yoga teaching",
        "Pilates teaching",
        "Gym",
        "School",
        "Employer",
        "Sports club",
        "Social work",
        "Home care",
        "Solicitor",
        "Insurer",
    ],
}

# Conditions and needs in our own words: other names and special interests, then disciplines from above.
CONDITIONS = {
    "Shoulder pain": (
        ["shoulder", "frozen shoulder", "rotator cuff"],
        ["Physiotherapy", "Orthopaedics", "Sports medicine", "Osteopathy"],
    ),
    "Back pain": (
        ["back", "low back", "lumbar", "sciatica", "spine"],
        ["Physiotherapy", "Chiropractic", "Osteopathy", "Pain medicine"],
    ),
    "Neck pain": (["neck", "whiplash"], ["Physiotherapy", "Osteopathy", "Chiropractic"]),
    "Knee or hip pain": (
        ["knee", "hip", "osteoarthritis", "arthritis"],
        ["Physiotherapy", "Orthopaedics", "Rheumatology"],
    ),
    "Sports injury": (
        ["sports injuries", "acl", "ankle sprain", "tendon", "concussion"],
        ["Sports medicine", "Physiotherapy", "Orthopaedics"],
    ),
    "Pelvic health": (
        ["pelvic floor", "incontinence", "postnatal"],
        ["Physiotherapy", "Obstetrics and gynaecology", "Urology"],
    ),
    "Pregnancy and birth": (
        ["pregnancy", "antenatal", "birth", "breastfeeding"],
        ["Midwifery", "Doula", "Obstetrics and gynaecology", "Lactation support"],
    ),
    "Headache and migraine": (["migraine", "headache"], ["Neurology", "Physiotherapy"]),
    "Dizziness and balance": (
        ["vertigo", "vestibular", "falls"],
        ["Ear, nose and throat", "Physiotherapy", "Audiology", "Geriatrics"],
    ),
    "Long-lasting pain": (["chronic pain", "fibromyalgia"], ["Pain medicine", "Psychology", "Rheumatology"]),
    "Jaw pain": (["tmj", "jaw", "bruxism"], ["General dentistry", "Oral surgery", "Physiotherapy"]),
    "Foot pain": (["foot", "heel", "plantar fasciitis", "diabetic foot"], ["Podiatry", "Orthopaedics"]),
    "Anxiety and low mood": (
        ["anxiety", "depression", "stress", "burnout"],
        ["Psychology", "Counselling", "Psychiatry"],
    ),
    "Weight and nutrition": (["diet", "nutrition", "obesity", "diabetes"], ["Dietetics", "Family medicine"]),
    "Speech and swallowing": (["speech", "swallowing", "stammer", "voice"], ["Speech therapy"]),
    "Hand and daily living": (
        ["hand therapy", "carpal tunnel", "splinting"],
        ["Occupational therapy", "Orthopaedics"],
    ),
    "After a stroke": (["stroke"], ["Neurology", "Occupational therapy", "Speech therapy"]),
    "Getting active again": (
        ["exercise", "strength", "conditioning"],
        ["Personal training", "Yoga teaching", "Pilates teaching", "Gym"],
    ),
}
