"""Facts about the practice, sent inside the transaction that made them true."""

from django.dispatch import Signal

practice_founded = Signal()  # practice: it exists, it is entered, and every app may add its defaults
person_deactivated = Signal()  # person, heir, by: hand over what the person owns
