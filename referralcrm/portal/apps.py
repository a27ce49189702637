from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "referralcrm.portal"
    label = "portal"
