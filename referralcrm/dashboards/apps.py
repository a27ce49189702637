from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "referralcrm.dashboards"
    label = "dashboards"
