from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self):
        from partners import receivers, trash  # noqa: F401  (connects them)
        from referralcrm.practice.permissions import Permission
        from referralcrm.practice.sections import Section, add

        why = "Your list of professions and trades"
        add(Section("Disciplines", why, "partners:disciplines", Permission.MANAGE_PRACTICE))
