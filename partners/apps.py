from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self):
        from partners import receivers, trash  # noqa: F401  (connects them)
        from partners.forms import ConditionForm, PostcodeForm
        from partners.models import Condition, Postcode
        from partners.views import disciplines, likely, organisations  # noqa: F401  (offer their lists)
        from referralcrm.practice.lists import SmallList, keep
        from referralcrm.practice.permissions import Permission
        from referralcrm.practice.sections import Section, add

        why = "Your list of professions and trades"
        add(Section("Disciplines", why, "partners:disciplines", Permission.MANAGE_PRACTICE))
        why = "What people need, in your words, and who helps"
        keep(SmallList("conditions", "Conditions", "condition", why, Condition, ConditionForm))
        keep(SmallList("postcodes", "Postcodes", "postcode", "Where they are", Postcode, PostcodeForm))
        why = "Many at once, for distances"
        add(Section("Paste postcodes", why, "partners:postcodes", Permission.MANAGE_PRACTICE))
