from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "referralcrm.demo"
    label = "demo"
