from django.urls import path

from referralcrm.exchange import partners, referrals

app_name = "exchange"

urlpatterns = [
    path("partners.csv", partners.partners, name="partners"),
    path("referrals.csv", referrals.referrals, name="referrals"),
]
