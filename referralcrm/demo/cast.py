"""Invented names, places and words for the demo practice. Nobody here exists.

Telephone numbers come from the range Ofcom keeps for drama (020 7946 0000–0999), e-mail addresses
from the reserved domain ``.example``, postcodes from an area that was never given out.
"""

from dataclasses import dataclass

from partners.states import Kind
from referralcrm.practice.states import Role

PASSWORD = "calm otter ferry"  # noqa: S105 (a demo that sends nothing; printed at every start)

PEOPLE = [
    # key, name, role, credentials, treats patients
    ("manager", "Morgan Ellery", Role.MANAGER, "", False),
    ("staff", "Jo Tamsin-Reyes", Role.STAFF, "", False),
    ("staff2", "Callum Adeyinka", Role.STAFF, "", False),
    ("clinician", "Priya Ramanathan-Holt", Role.CLINICIAN, "MSc MCSP", True),
    ("clinician2", "Tobias Wren", Role.CLINICIAN, "BSc MCSP", True),
    ("administrator", "Sam Okonjo-Bell", Role.ADMINISTRATOR, "", False),
    ("auditor", "Ines Varga-Lowe", Role.AUDITOR, "", False),
]

TREATS = {
    "clinician": {
        "special_interests": ["shoulder", "rotator cuff", "hand therapy"],
        "telehealth": True,
        "about": "Shoulders, elbows and hands, and a second opinion by video when the way is long.",
    },
    "clinician2": {"special_interests": ["sports injuries", "running", "acl"]},
}
# the districts of an area that was never given out, somewhere at sea
PLACES = {n: (54.3 + n * 0.011, 2.1 + (n * 7 % 9) * 0.013) for n in range(1, 10)}

LOCATIONS = ["Riverside", "Hill Street"]
SERVICES = [
    "Shoulder and arm",
    "Back and neck",
    "Knee and hip",
    "After surgery",
    "Pelvic health",
    "Sports injury",
    "Balance and falls",
    "Hand therapy",
]
PLANS = ["Harbour Mutual", "Northlight Health", "Oakfield Care", "Beacon Workplace", "Self-pay"]

_FIRST = """Adaeze Aiko Alasdair Amina Anneke Arjun Beatriz Bronwen Chidi Cosima Dalia Davor Eilidh Emeka
Esra Farida Fergus Giulia Hana Hamid Ilse Imran Ines Jarek Jia Kamala Kofi Leila Lorcan Maeve Malik Mateo
Meera Nadia Nils Noor Oisin Olumide Paloma Petra Rafael Rania Rhys Rosalind Saskia Selim Sinead Soren
Tamar Tariq Thandiwe Tomas Ulrike Vikram Wanjiru Xiulan Yael Yusuf Zainab Zofia"""
_LAST = """Abara-Finch Ashgrove Attwood-Rao Balogun-Pryce Bellweather Brackenridge Calloway-Sen Castellane
Chandrasek Corvane Dunmarsh Eastergate Ekwueme-Lane Fairholme-Ito Farrowby Galbraithe Gorrindo Hallowmere
Harrowgate-Shah Iversholt Jandrell Kaminskyj Kestrelton Lanyon-Osei Larkmead Lindqvist-Moor Maddermoor
Mbeki-Stroud Merrowdale Nakagawara Northwode Oduyale-Kerr Orlowska-Penn Pellisande Quillfeather
Ravensholt Rosenquill Sandalwick Silvertree-Diaz Stannerley Tanakoro Thornbury-Alvi Underhay Vandermeere
Vasquith Wetherlam Whinfell Yarrowby Zambelline Zielonka-Frost"""
_PATIENTS = """Abellinde Birchmoor Calderoak Devanshire Elmsworthy Fenholt Gantrey Hollisande Imberley
Juniperson Kirkstride Lowenby Marchetta Nightbridge Ottermoor Pennaway Quaysider Rushmere
Sallowfield Tidewater Umberstone Velloway Willowden Yewbarrow Zephyrin Adomako-Leigh Bhattara
Cheungwell Dlaminor Eriksdale Fujimere Garciano Hosseinby Ivanescu Jankowiec Khanderry
Leclairmont Mwangale Nguyendale Oyelander"""
FIRST, LAST, PATIENTS = _FIRST.split(), _LAST.split(), _PATIENTS.split()

AREAS = ["Riverside", "Old Town", "Harbour", "Northgate", "Millbrook", "Eastfield", "Hill Street"]
STREETS = ["Tannery Lane", "Mill Rise", "Quay Street", "Orchard Road", "Station Parade", "Abbey Walk"]

REASONS = [
    "Shoulder pain at night since a fall; please assess and treat.",
    "Six weeks after knee replacement; stiffness.",
    "Recurrent low back pain, desk work.",
    "Ankle sprain, wants to run again in spring.",
    "Neck pain with headaches after a car accident.",
    "Unsteady on stairs, two falls this winter.",
    "Tennis elbow, not better after rest.",
    "Pelvic floor weak; leaks on stairs and when coughing.",
    "Hip pain on walking; X-ray attached.",
    "Wrist fracture, out of plaster on Monday.",
]
EXIT_REASONS = {
    "declined": ["No free appointment within the time asked for.", "Outside what we treat."],
    "cancelled": ["The referrer took it back.", "Booked twice by mistake."],
    "discontinued": ["Stopped after two visits; feels better.", "Could not get time off work."],
    "entered_in_error": ["Logged for the wrong partner."],
    "redirected": ["Needs a specialist first."],
}

INTERESTS = {
    "Orthopaedics": ["shoulder", "knee replacement", "hip"],
    "Family medicine": ["chronic pain", "older patients"],
    "Sports medicine": ["runners", "tendons"],
    "Obstetrics and gynaecology": ["pelvic floor"],
    "Neurology": ["vestibular", "stroke"],
    "Rheumatology": ["hypermobility", "osteoarthritis"],
    "Podiatry": ["running gait"],
    "Psychology": ["pain management"],
    "Personal training": ["return to sport"],
    "Yoga teaching": ["pregnancy"],
}
PERSONAL = [
    "Sails on Sundays",
    "Allotment, gives away courgettes",
    "Choir; do not ring on Thursdays after four",
    "Two dogs, walks by the canal",
    "Runs the half marathon every spring",
    "Bakes; likes to talk about sourdough",
]
CALL_NOTES = [
    "Asked how our letters arrive; they prefer e-mail.",
    "Waiting list is four weeks now; urgent cases through the secretary.",
    "Will send the new leaflet.",
    "Happy with the last report.",
    "A colleague joins in spring and would like to visit.",
    "Asked what would help: shorter letters with one clear next step.",
]


@dataclass(frozen=True)
class Trade:
    """What partners of one discipline are like; weights are relative, never shown anywhere."""

    discipline: str
    office: str
    received: float = 0
    sent: float = 0
    kind: str = Kind.REGULAR
    doctor: bool = False
    person: bool = True
    share: int = 1


MIX = [
    Trade("Family medicine", "{area} Surgery", received=9, sent=1, doctor=True, share=12),
    Trade("Orthopaedics", "{area} Orthopaedic Centre", received=8, sent=6, doctor=True, share=4),
    Trade("Sports medicine", "{area} Sports Clinic", received=6, sent=4, doctor=True, share=3),
    Trade("Rheumatology", "{area} Hospital", received=3, sent=4, doctor=True, share=2),
    Trade("Neurology", "{area} Hospital", received=2, sent=3, doctor=True, share=2),
    Trade("Obstetrics and gynaecology", "{area} Women's Health", received=3, sent=1, doctor=True, share=2),
    Trade("Radiology", "{area} Imaging", received=0, sent=7, doctor=True, share=2),
    Trade("General dentistry", "{area} Dental", received=1, sent=1, doctor=True, share=2),
    Trade("Podiatry", "{area} Foot Clinic", received=3, sent=4, share=2),
    Trade("Physiotherapy", "{area} Physiotherapy", received=2, sent=2, kind=Kind.PEER, share=3),
    Trade("Osteopathy", "{area} Osteopaths", received=1, sent=1, kind=Kind.PEER, share=2),
    Trade("Psychology", "{area} Psychology", received=1, sent=3, kind=Kind.LATERAL, share=2),
    Trade("Dietetics", "{area} Nutrition", received=1, sent=2, kind=Kind.LATERAL),
    Trade("Midwifery", "{area} Midwives", received=2, sent=0.5, share=2),
    Trade("Doula", "{area} Doulas", received=1, sent=0.5, kind=Kind.LATERAL),
    Trade("Personal training", "{area} Training", received=2, sent=3, kind=Kind.LATERAL, share=3),
    Trade("Yoga teaching", "{area} Yoga", received=0.7, sent=1.5, kind=Kind.LATERAL, share=2),
    Trade("Gym", "{area} Gym", received=1, sent=2, kind=Kind.LATERAL, person=False),
    Trade("Employer", "{area} Shipping Company", received=2, kind=Kind.LATERAL, person=False),
    Trade("School", "{area} School", received=0.7, kind=Kind.LATERAL, person=False),
    Trade("Sports club", "{area} Rowing Club", received=1.5, kind=Kind.LATERAL, person=False),
    Trade("Counselling", "{area} Counselling", received=0.5, sent=1.5, kind=Kind.LATERAL),
]


@dataclass(frozen=True)
class Story:
    """A partner with a part to play; the rest of the sixty are drawn from MIX."""

    key: str
    name: str
    salutation: str
    discipline: str
    office: str
    received: float = 0
    sent: float = 0
    kind: str = Kind.REGULAR
    person: bool = True


STORIES = [
    Story("cooling", "Dr Petra Lindqvist-Moor", "Dr Lindqvist-Moor", "Orthopaedics", "Quayside Hospital"),
    Story("quiet", "Dr Fergus Whinfell", "Dr Whinfell", "Family medicine", "Whinfell Surgery"),
    Story("only_us", "Harbour Pilates", "all at Harbour Pilates", "Pilates teaching", "", person=False),
    Story("advice", "Prof. Ilse Vandermeere", "Ilse", "Pain medicine", "Quayside Hospital", kind=Kind.ADVICE),
    Story("advice2", "Olumide Farrowby", "Olumide", "Pharmacy", "Abbey Walk Pharmacy", kind=Kind.ADVICE),
    Story("retired", "Dr Alasdair Brackenridge", "Dr Brackenridge", "Family medicine", "Millbrook Surgery"),
    Story(
        "opted_out", "Dr Yael Rosenquill", "Dr Rosenquill", "Dermatology", "Old Town Skin Clinic", received=2
    ),
    Story("prospect", "Thandiwe Larkmead", "Thandiwe", "Lactation support", "Larkmead Lactation"),
    Story("moved", "Dr Meera Attwood-Rao", "Meera", "Sports medicine", "Harbour Sports Clinic", 5, 3),
    Story("steady", "Dr Adaeze Balogun-Pryce", "Dr Balogun-Pryce", "Family medicine", "Northgate Surgery", 8),
    Story("steady2", "Dr Tomas Kestrelton", "Tomas", "Orthopaedics", "Northgate Orthopaedic Centre", 7, 6),
    Story("card", "Dr Rosalind Hallowmere", "Rosalind", "Rheumatology", "Quayside Hospital", 6, 3),
    Story("caller", "Kofi Lanyon-Osei", "Kofi", "Podiatry", "Old Town Foot Clinic", 4, 5),
    Story(
        "late", "Tannery Lane Walk-in Centre", "all at Tannery Lane", "Family medicine", "", 6, person=False
    ),
    Story("double", "T. Kestrelton", "Tomas", "Orthopaedics", "Northgate Orthopaedic Centre", 1, 1),
    Story("away", "Saskia Pellisande", "Saskia", "Psychology", "Abbey Walk Psychology", 1, 4, Kind.LATERAL),
]
