from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "referralcrm.practice"
    label = "practice"

    def ready(self):
        from referralcrm.practice import receivers, thrown_away  # noqa: F401  (connects them)
        from referralcrm.practice.views import people  # noqa: F401  (offers its list, to workers as well)
