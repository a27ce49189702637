FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    DJANGO_SETTINGS_MODULE=referralcrm.settings \
    STATIC_ROOT=/srv/static

WORKDIR /srv/referralcrm

COPY requirements.txt ./
RUN pip install -r requirements.txt

COPY . ./

# Settings want keys even to gather static files; those made up here are not kept in the image.
RUN DATA_DIR=/tmp/build python manage.py collectstatic --noinput \
    && rm -r /tmp/build \
    && useradd --system --no-create-home --uid 10001 referralcrm

USER 10001

EXPOSE 8000

# The access log leaves out the query string, which may hold what somebody searched for.
CMD ["gunicorn", "referralcrm.wsgi:application", \
     "--bind", "0.0.0.0:8000", "--preload", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--access-logfile", "-", \
     "--access-logformat", "%(h)s %(t)s \"%(m)s %(U)s\" %(s)s %(b)s %(M)sms"]
