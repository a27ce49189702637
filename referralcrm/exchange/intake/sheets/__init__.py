"""What the rows of each kind of sheet become."""

from referralcrm.exchange.intake.sheets.partners import Partners
from referralcrm.exchange.states import Sheet

KINDS = {Sheet.PARTNERS: Partners}


def sheet_for(run, header):
    """How the rows of this import are read, recognised and written."""
    return KINDS[Sheet(run.sheet)](run, header)
