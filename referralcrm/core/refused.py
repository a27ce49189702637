"""The domain's one error."""


class Refused(Exception):
    """The rules do not allow this. The text is for the person who tried; ``field`` names its place.

    Shown beside the form where there is one, and as a 409 page elsewhere.
    """

    def __init__(self, message: str, *, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class Stale(Refused):
    """Somebody else saved the row first; ``current`` is the row as it stands now."""

    def __init__(self, current):
        super().__init__("Somebody else changed this while you were typing. Yours is still here.")
        self.current = current
