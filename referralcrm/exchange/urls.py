from django.urls import path

from referralcrm.exchange import views
from referralcrm.exchange.outcomes import views as outcomes
from referralcrm.exchange.outgoing import views as outgoing

app_name = "exchange"

urlpatterns = [
    path("exports/new/<slug:kind>/", outgoing.export, name="export"),
    path("exports/<uuid:pk>/", outgoing.taken, name="taken"),
    path("exports/<uuid:pk>/progress/", outgoing.taking, name="taking"),
    path("exports/<uuid:pk>/<int:number>.<slug:ending>", outgoing.fetch, name="fetch"),
    path("outcomes/", outcomes.outcomes, name="outcomes"),
    path("outcomes/<uuid:pk>/", outcomes.outcome, name="outcome"),
    path("outcomes/<uuid:pk>/carry-out/", outcomes.carry_out, name="carry_out"),
    path("outcomes/<uuid:pk>/did-not-match.csv", outcomes.not_matched, name="not_matched"),
    path("imports/", views.imports, name="imports"),
    path("imports/<uuid:pk>/", views.show, name="import"),
    path("imports/<uuid:pk>/columns/", views.match, name="match"),
    path("imports/<uuid:pk>/header/", views.header, name="header"),
    path("imports/<uuid:pk>/sheet/", views.tab, name="tab"),
    path("imports/<uuid:pk>/progress/", views.progress, name="progress"),
    path("imports/<uuid:pk>/choose/", views.choose, name="choose"),
    path("imports/<uuid:pk>/start/", views.start, name="start"),
    path("imports/<uuid:pk>/rematch/", views.rematch, name="rematch"),
    path("imports/<uuid:pk>/undo/", views.undo, name="undo"),
    path("imports/<uuid:pk>/discard/", views.discard, name="discard"),
    path("imports/<uuid:pk>/to-mend.<str:ending>", views.mend, name="mend"),
    path("imports/<uuid:pk>/rows/", views.rows, name="rows"),
]
