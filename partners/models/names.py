"""Finding a name as people type it: without accents, half finished, with a letter wrong.

Row-level security keeps Postgres from using trigram and LIKE indexes, so the rows of the practice
are compared one by one; a practice has some 10,000 at most.
"""

from functools import reduce
from operator import and_

from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import models
from django.db.models import Case, Count, Exists, F, Func, Q, Value, When
from django.db.models.functions import Concat

ENOUGH = 10  # as many as a type-ahead shows
NEAR = 0.5  # of pg_trgm's word similarity: about one wrong letter in a name of five
NO_FIT = 9
LONGEST = 100
TITLE = r"^(dr|prof|professor|mr|mrs|ms|miss|mx|sister|rev)\.?\s"


def best_fit(rows, text, name, *more):
    """``rows`` whose field ``name`` fits ``text``, best first; all of them when there is no text.

    Beginnings of words come first: of the name, then of ``more`` fields with it. Who is called by a
    title (Dr, Prof, Ms …) is found by any word of the name as if it began there. Near spellings of
    the name follow only when there are fewer than ten of those.
    """
    words = text.replace("\0", " ").split()
    text = " ".join(words)[:LONGEST]
    if not text:
        return rows
    rows = rows.annotate(
        padded=Concat(Value(" "), name),
        padded_all=Concat(*[part for field in (name, *more) for part in (Value(" "), field)]),
        nearness=TrigramWordSimilarity(_plain(Value(text)), _plain(name)),
    )
    rows = rows.annotate(
        fit=Case(
            When(~_begins_words("padded_all", text), then=NO_FIT),  # most of them, at the least cost
            When(**{f"{name}__unaccent__istartswith": text}, then=0),
            When(Q(**{f"{name}__iregex": TITLE}) & _begins_words("padded", text), then=0),
            When(_begins_words("padded", text), then=1),
            default=2,
        )
    )
    # counted and not cut off by a limit, for which Postgres may walk through the partners of all practices
    fitting = rows.filter(fit__lt=NO_FIT).order_by().values("practice").annotate(n=Count("pk"))
    are_enough = Exists(fitting.filter(n__gte=ENOUGH))
    found = rows.filter(Q(fit__lt=NO_FIT) | (~are_enough & Q(nearness__gte=NEAR)))
    return found.order_by("fit", "-nearness", name, "pk")


def _begins_words(padded, text):
    return reduce(and_, (Q(**{f"{padded}__unaccent__icontains": f" {word}"}) for word in text.split()))


def _plain(expression):
    return Func(expression, function="UNACCENT", output_field=models.TextField())


def likeness(field, text):
    """How alike a name and ``text`` are, from 0 to 1; accents and case make no difference."""
    return TrigramSimilarity(_plain(F(field)), _plain(Value(text[:LONGEST])))
