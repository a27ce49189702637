"""An import from the upload to its end: people's part by actions, the worker's by ``work``."""

from referralcrm.exchange import actions
from referralcrm.exchange.intake.work import work
from referralcrm.practice.scope import enter
from referralcrm.practice.states import Role
from tests import factories


def a_clinic(name="Riverside Physio"):
    """A practice with its manager, whose rows commit."""
    practice = factories.practice(name)
    with enter(practice):
        practice.charlie = factories.person("Charlie Clark", role=Role.MANAGER)
    return practice


def checked(practice, text, sheet="partners", **options):
    """The import of a file, matched as guessed and checked."""
    with enter(practice):
        run = factories.uploaded(text, by=practice.charlie, sheet=sheet)
        actions.match(run, by=practice.charlie, matched=run.matched, **options)
    return finished(practice, run)


def brought_in(practice, text, sheet="partners", *, choices=None, **options):
    """The import of a file, brought in; ``choices`` are {line: choice}."""
    run = checked(practice, text, sheet, **options)
    with enter(practice):
        for line, choice in (choices or {}).items():
            actions.choose(run, choice, by=practice.charlie, line=line)
        actions.start(run, by=practice.charlie)
    return finished(practice, run)


def undone(practice, run):
    with enter(practice):
        actions.undo(run, by=practice.charlie)
    return finished(practice, run)


def finished(practice, run):
    """The import after the worker has nothing left to do."""
    while work(practice):
        pass
    with enter(practice):
        run.refresh_from_db()
    return run
