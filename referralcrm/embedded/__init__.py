"""The no-install default: a local Postgres, a broker, a mail inbox, and `manage.py up`."""
