"""Two people editing one row: the second is told, and loses no typing."""

from referralcrm.core.refused import Stale


def lock(row, *, version=None):
    """The row as it stands now, locked until the transaction ends.

    Raises Stale when a ``version`` is given and somebody saved after it was opened.
    """
    current = type(row).objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if version is not None and current.version != version:
        raise Stale(current)
    return current


def write(row, **values) -> list[str]:
    """Set what differs on a locked row, count its version up, and return the changed names, sorted."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    if changed:
        for name in changed:
            setattr(row, name, values[name])
        row.version += 1
        row.save(update_fields=[*changed, "version"])
    return changed
