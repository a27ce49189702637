from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self):
        from outreach import receivers  # noqa: F401  (connects them)
