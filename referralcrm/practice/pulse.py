"""A list that refreshes itself when somebody changes what it shows; ``views.pulse`` is what it asks."""

from functools import wraps

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode


def live(*kinds):
    """Declare that a list shows rows of these kinds (model names) and refreshes itself when one changes.

    Stands below ``allow``. The moment is taken before the view reads anything, so that no change
    falls between the reading and the first question.
    """

    def decorate(view):
        @wraps(view)
        def timed(request, *args, **kwargs):
            asked = {"since": timezone.now().isoformat(), "of": ",".join(kinds)}
            request.pulse = f"{reverse('practice:pulse')}?{urlencode(asked)}"
            return view(request, *args, **kwargs)

        return timed

    return decorate
