"""What a stored choice is called, told by the database."""

from django.db.models import Case, CharField, Value, When


def label_of(field, choices) -> Case:
    """The label of the value in ``field``, of a TextChoices; empty for a value it does not know."""
    whens = [When(**{field: value}, then=Value(label)) for value, label in choices.choices]
    return Case(*whens, default=Value(""), output_field=CharField())
