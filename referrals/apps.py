from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self):
        from referralcrm.practice.lists import SmallList, keep
        from referralcrm.practice.permissions import Permission
        from referralcrm.practice.sections import Section, add
        from referrals import receivers, trash  # noqa: F401  (connects them)
        from referrals.forms import PhraseForm
        from referrals.models import Phrase
        from referrals.views import advice, many  # noqa: F401  (offer their lists, to workers as well)

        why = "PDFs that go along with reports and letters"
        add(Section("Articles", why, "referrals:articles", Permission.MANAGE_PRACTICE))
        why = "Words that come up often in reports and letters, put in with a few keys"
        keep(SmallList("phrases", "Phrases", "phrase", why, Phrase, PhraseForm))
