"""Pages that leave no trace: not in a cache, not in an index, not in what a browser tells the next site."""

from functools import wraps

HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def discreet(view):
    """Answer with these headers, whatever is answered."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        for name, value in HEADERS.items():
            response[name] = value
        return response

    return guarded
