from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "referralcrm.practice"
    label = "practice"

    def ready(self):
        from referralcrm.practice import receivers, thrown_away  # noqa: F401  (connects them)
