from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "referralcrm.dashboards"
    label = "dashboards"

    def ready(self):
        from referralcrm.dashboards import listings  # noqa: F401  (offers its lists, to workers as well)
