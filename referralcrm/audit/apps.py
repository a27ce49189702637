from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "referralcrm.audit"
    label = "audit"
