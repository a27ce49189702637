from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "referralcrm.core"
    label = "core"

    def ready(self):
        from referralcrm.core import checks  # noqa: F401  (registers the system checks)
