"""One settings file for every place it runs; what differs comes from the environment.

Without DATABASE_URL, REDIS_URL or SMTP_URL the embedded services under DATA_DIR are used.
The project refuses to start on a value that makes no sense.
"""

from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from referralcrm.embedded import addresses

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def text(name, default=None):
    """A text setting from the environment; a callable default is asked only when it is needed."""
    if value := env.str(name, default=""):
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} is not set")
    return default() if callable(default) else default


def seconds(name, default):
    """A whole number of seconds greater than zero."""
    value = env.int(name, default=default)
    if value <= 0:
        raise ImproperlyConfigured(f"{name} is a number of seconds above 0, not {value}")
    return value


def number(name, default):
    """A whole number, zero or more."""
    value = env.int(name, default=default)
    if value < 0:
        raise ImproperlyConfigured(f"{name} is a number, 0 or more, not {value}")
    return value


def moment(name):
    """An instant, as epoch seconds or ISO 8601 with an offset; None when it is not given."""
    if not (value := env.str(name, default="")):
        return None
    try:
        at = datetime.fromtimestamp(float(value), UTC) if "-" not in value else datetime.fromisoformat(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not an instant: {value}") from error
    if at.tzinfo is None:
        raise ImproperlyConfigured(f"{name} needs an offset from UTC, such as +00:00")
    return at


def postgres(url):
    """Django's settings for one postgres:// address."""
    parsed = env.db_url_config(url)
    if parsed.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL and OWNER_DATABASE_URL are postgres:// addresses")
    return parsed


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = text("SECRET_KEY", addresses.secret_key)
PATIENT_KEYS = text("PATIENT_KEYS", addresses.patient_keys)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
STARTED_AT = moment("STARTED_AT")  # set by whoever starts all parts together; older heartbeats do not count
SITE_URL = text("SITE_URL", f"http://127.0.0.1:{text('PORT', '8000')}")

INSTALLED_APPS = [
    "referralcrm.core",
    "referralcrm.audit",
    "referralcrm.practice",
    "partners",
    "referrals",
    "outreach",
    "referralcrm.front",
    "referralcrm.dashboards",
    "referralcrm.exchange",
    "referralcrm.portal",
    "referralcrm.demo",
    "referralcrm.embedded",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "crispy_bootstrap5",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "referralcrm.practice.middleware.IdleMiddleware",
    "referralcrm.practice.middleware.PracticeMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "referralcrm.urls"
WSGI_APPLICATION = "referralcrm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "referralcrm.front.context.shell",
            ],
            "builtins": ["referralcrm.core.templatetags.house"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FILTERS_EMPTY_CHOICE_LABEL = "any"

# The application role owns nothing and lives under row-level security; the owner migrates.
DATABASES = {
    "default": postgres(text("DATABASE_URL", addresses.database_url)),
    "owner": postgres(text("OWNER_DATABASE_URL", addresses.owner_database_url)),
}
DATABASES["default"] |= {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True, "TEST": {"MIRROR": "owner"}}
DATABASE_ROUTERS = ["referralcrm.core.routers.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "practice.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "referralcrm.practice.backend.PersonBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in [
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    ]
]
LOGIN_URL = "practice:sign_in"
LOGIN_REDIRECT_URL = "front:today"
PORTAL_URL = "portal:door"  # where the links in mails to partners lead
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # how long a one-time sign-in link works
IDLE_SECONDS = seconds("IDLE_SECONDS", 15 * 60)
KEPT_SECONDS = 30 * 60
# The idle clock ends a session long before this; typing is kept even over a weekend.
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SESSION_COOKIE_NAME = f"referralcrm_{text('PORT', '8000')}"
SESSION_COOKIE_SAMESITE = "Lax"
PORTAL_COOKIE_NAME = f"referralcrm_partner_{text('PORT', '8000')}"
CSRF_COOKIE_NAME = f"referralcrm_csrf_{text('PORT', '8000')}"
CSRF_FAILURE_VIEW = "referralcrm.front.errors.forged"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "email"
AXES_SENSITIVE_PARAMETERS = ["email", "next", "kept"]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "referralcrm.core.callers.address_of"
AXES_LOCKOUT_CALLABLE = "referralcrm.practice.views.account.locked_out"
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = text("STATIC_ROOT", lambda: str(addresses.static_dir()))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", find_spec("bootstrap").submodule_search_locations[0]),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = env.bool("HTTPS_ONLY", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_SSL_REDIRECT else None
PROXIES = number("PROXIES", 0)  # of our own, each adding to X-Forwarded-For

# A form with a megabyte of text is 6 MB when a browser has escaped its accents; its typing is not lost.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["referralcrm.core.uploads.Uploads"]
UPLOAD_BYTES = 50 * 1024 * 1024  # the largest file a form may keep; each form has a limit of its own below
UPLOADS_BYTES = 210 * 1024 * 1024  # all files of one request: ten letters of 20 MB

# Mail. The demo practice always uses the loopback inbox, whatever SMTP_URL says.
SMTP_URL = text("SMTP_URL", addresses.smtp_url)
INBOX_SMTP_URL = text("INBOX_SMTP_URL", addresses.smtp_url)
INBOX_DIR = text("INBOX_DIR", lambda: str(addresses.inbox_dir()))
MAIL_FROM = text("MAIL_FROM", "clinic@referralcrm.invalid")
MAIL_DOMAIN = text("MAIL_DOMAIN", "referralcrm.invalid")
LEASE_SECONDS = seconds("LEASE_SECONDS", 2 * 60)  # how long a worker may keep a message

IMPORT_LEASE_SECONDS = seconds("IMPORT_LEASE_SECONDS", 30)  # how long a worker may keep an import

CELERY_BROKER_URL = text("REDIS_URL", addresses.redis_url)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 90,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 55
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "referralcrm.core.logs.Discreet",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": text("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
    },
}

SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique whatever its case, by a constraint
