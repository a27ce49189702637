"""A table of contents."""

from django.urls import include, path

handler400 = "referralcrm.front.errors.bad_request"
handler403 = "referralcrm.front.errors.forbidden"
handler404 = "referralcrm.front.errors.not_found"
handler500 = "referralcrm.front.errors.crashed"

urlpatterns = [
    path("", include("referralcrm.front.urls")),
    path("partners/", include("referralcrm.front.partner_urls")),
    path("referrals/", include("referrals.urls")),
    path("outreach/", include("outreach.urls")),
    path("dashboard/", include("referralcrm.dashboards.urls")),
    path("for-partners/", include("referralcrm.portal.urls")),
    path("exchange/", include("referralcrm.exchange.urls")),
    path("demo/", include("referralcrm.demo.urls")),
    path("practice/", include("referralcrm.practice.urls")),
    path("print/", include("referralcrm.front.print_urls")),
    path("trash/", include("referralcrm.practice.trash_urls")),
    path("audit/", include("referralcrm.front.audit_urls")),
]
