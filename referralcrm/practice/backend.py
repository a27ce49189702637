from django.contrib.auth.backends import ModelBackend

from referralcrm.practice.models import User


class PersonBackend(ModelBackend):
    """Sign-in by e-mail; the person comes with the practice, in one query."""

    def get_user(self, user_id):
        user = User.objects.select_related("practice").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
