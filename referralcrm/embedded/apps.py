from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    name = "referralcrm.embedded"
    label = "embedded"
