from django.urls import path

from referralcrm.exchange import partners

app_name = "exchange"

urlpatterns = [
    path("partners.csv", partners.partners, name="partners"),
]
