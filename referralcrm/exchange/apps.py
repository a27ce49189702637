from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "referralcrm.exchange"
    label = "exchange"

    def ready(self):
        from referralcrm.exchange import receivers  # noqa: F401  (connects them)
        from referralcrm.practice.permissions import Permission
        from referralcrm.practice.sections import Section, add

        why = "Partners, people at their offices and past referrals, from CSV or Excel"
        add(Section("Bring in a spreadsheet", why, "exchange:imports", Permission.IMPORT))
