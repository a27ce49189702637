from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "referralcrm.front"
    label = "front"

    def ready(self):
        from referralcrm.front import board, partners  # noqa: F401  (offer their lists, to workers as well)
