"""One page about a clinician of ours, to hand to a partner."""

from django.shortcuts import get_object_or_404

from referralcrm.core.templatetags.house import day
from referralcrm.front.prints.frame import answer, long_day
from referralcrm.practice.addresses import sender_of
from referralcrm.practice.models import User
from referralcrm.practice.permissions import Permission, allow


@allow(Permission.VIEW)
def profile(request, pk):
    """Licences that are over are left out."""
    practice = request.user.practice
    people = User.objects.of(practice).select_related("practice", "home_location")
    person = get_object_or_404(people, pk=pk)
    valid = person.licences.valid_on(practice.today())
    data = {
        "sender": sender_of(person),
        "name": ", ".join(filter(None, [person.name, person.credentials])),
        "about": person.about,
        "interests": person.special_interests,
        "licences": [_told(licence) for licence in valid],
        "telehealth": person.telehealth,
        "email": person.email,
        "foot": f"As of {long_day(practice.today())}.",
    }
    return answer(request, "profile", data, title=person.name, filename="profile.pdf", subject=person)


def _told(licence):
    number = f"no. {licence.number}" if licence.number else ""
    until = f"until {day(licence.expires_on)}" if licence.expires_on else ""
    return {"name": licence.name, "place": licence.place, "rest": ", ".join(filter(None, [number, until]))}
