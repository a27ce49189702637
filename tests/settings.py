"""The project's settings, with fast passwords and plain static files."""

from referralcrm.settings import *  # noqa: F403
from referralcrm.settings import STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
AXES_ENABLED = True

STATIC_ROOT = None  # pages are tested without collected files
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True  # a test's client looks a file up when it is asked for, not all at its start
WHITENOISE_MAX_AGE = 60  # seconds, as without it
