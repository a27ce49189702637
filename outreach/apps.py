from django.apps import AppConfig
from django.conf import settings


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self):
        from outreach import receivers, trash  # noqa: F401  (connects them)
        from outreach.mail import check_settings
        from outreach.transport import Server
        from outreach.views import messages, tasks  # noqa: F401  (offer their lists, to workers as well)
        from referralcrm.practice.permissions import Permission
        from referralcrm.practice.sections import Section, add

        why = "Which mail leaves by itself, when, and in which words"
        add(Section("Rules and templates", why, "outreach:rules", Permission.MANAGE_PRACTICE))
        why = "After how many days without a contact somebody is asked to get in touch"
        add(Section("Check-in intervals", why, "outreach:cadences", Permission.MANAGE_PRACTICE))
        Server.at(settings.SMTP_URL)
        Server.at(settings.INBOX_SMTP_URL)
        check_settings()
