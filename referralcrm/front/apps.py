from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "referralcrm.front"
    label = "front"

    def ready(self):
        from referralcrm.front import partners  # noqa: F401  (offers its list, to workers as well)
