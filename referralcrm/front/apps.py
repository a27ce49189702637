from django.apps import AppConfig


class FrontConfig(AppConfig):
    name = "referralcrm.front"
    label = "front"
