"""Text about a patient, encrypted in its column and opened only by naming it.

    class Referral(...):
        reason_sealed = SealedField()
        reason = Sealed("reason_sealed", keeper="patient")

``keeper`` names the attribute that holds the patient whose key is used ("" when the row itself has the
key: the patient, or a row about nobody we know). Opening a value tells ``reading`` who was read, which is
how the audit learns of it.
"""

from django.db import models

from referralcrm.core.crypto import seal, unseal
from referralcrm.core.reading import note_read


class SealedField(models.BinaryField):
    """The column behind a ``Sealed`` attribute; empty means there is no text."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("default", b"")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)


def sealed_text(model, name, pk, text, *, key) -> bytes:
    """What the ``Sealed`` attribute ``name`` of the row ``pk`` stores for ``text``; for rows made in bulk."""
    return seal(text.encode(), key=key, bound_to=_place(model, name, pk)) if text else b""


def _place(model, name, pk):
    return f"{model._meta.db_table}.{name}:{pk}"


class Sealed:
    """A text attribute that seals on assignment and opens on access."""

    def __init__(self, column: str, *, keeper: str = ""):
        self.column = column
        self.keeper = keeper

    def __set_name__(self, owner, name):
        self.name = name

    def _keeper(self, row):
        return getattr(row, self.keeper) if self.keeper else row

    def _place(self, row):
        return _place(row, self.name, row.pk)

    def __get__(self, row, owner=None):
        if row is None:
            return self
        sealed = getattr(row, self.column)
        if not sealed:
            return ""
        keeper = self._keeper(row)
        note_read(keeper.pk, keeper._meta.model_name)
        return unseal(sealed, key=keeper.data_key, bound_to=self._place(row)).decode()

    def __set__(self, row, text):
        value = b""
        if text:
            value = seal(str(text).encode(), key=self._keeper(row).data_key, bound_to=self._place(row))
        setattr(row, self.column, value)


def sealed_by(model, keeper: str) -> dict[str, Sealed]:
    """The sealed attributes of a model whose key the row's ``keeper`` holds, by name."""
    return {
        name: value
        for name, value in vars(model).items()
        if isinstance(value, Sealed) and value.keeper == keeper
    }
