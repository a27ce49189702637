"""The WSGI application; it does not start on a database role that the walls would not hold."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "referralcrm.settings")

application = get_wsgi_application()
call_command("check", tags=["database"], databases=["default"])
