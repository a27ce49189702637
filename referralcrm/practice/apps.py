from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "referralcrm.practice"
    label = "practice"
