"""Everything below /partners/: the two pages that also show other apps' facts, and the app's own."""

from django.urls import path

from partners import urls
from referralcrm.front import partner, partners

app_name = "partners"

urlpatterns = [
    path("", partners.partners, name="list"),
    path("<uuid:pk>/", partner.partner, name="detail"),
    *urls.urlpatterns,
]
