"""Who we are: the practice, its people, where it works, what it offers and when it is open."""

from referralcrm.practice.models.files import FilePiece, StoredFile
from referralcrm.practice.models.licences import Licence
from referralcrm.practice.models.practices import (
    ActiveQuerySet,
    ClosedDay,
    Listed,
    Location,
    Plan,
    Plentiful,
    Practice,
    PracticeOwned,
    Service,
    User,
    scoped,
    valid_zone,
    weekdays,
)
from referralcrm.practice.models.working import Batch, SavedView, Submission

__all__ = [
    "ActiveQuerySet",
    "Batch",
    "ClosedDay",
    "FilePiece",
    "Licence",
    "Listed",
    "Location",
    "Plan",
    "Plentiful",
    "Practice",
    "PracticeOwned",
    "SavedView",
    "Service",
    "StoredFile",
    "Submission",
    "User",
    "scoped",
    "valid_zone",
    "weekdays",
]
