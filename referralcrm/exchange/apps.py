from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "referralcrm.exchange"
    label = "exchange"
