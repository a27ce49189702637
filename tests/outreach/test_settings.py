"""The project refuses to start with mail settings that make no sense."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured


@pytest.mark.parametrize(
    "changed",
    [
        {"SMTP_URL": "mail.example"},
        {"INBOX_SMTP_URL": "ftp://mail.example"},
        {"MAIL_FROM": "clinic"},
        {"MAIL_FROM": "clinic@here.example\r\nBcc: all@world.example"},
        {"MAIL_DOMAIN": "<here>"},
    ],
)
def test_a_bad_setting_stops_the_start(settings, changed):
    for name, value in changed.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured):
        apps.get_app_config("outreach").ready()
