"""What the rows of each kind of sheet become."""

from referralcrm.exchange.intake.sheets.contacts import Contacts
from referralcrm.exchange.intake.sheets.partners import Partners
from referralcrm.exchange.intake.sheets.referrals import Referrals
from referralcrm.exchange.states import Sheet

KINDS = {Sheet.PARTNERS: Partners, Sheet.CONTACTS: Contacts, Sheet.REFERRALS: Referrals}


def sheet_for(run, header):
    """How the rows of this import are read, recognised and written."""
    return KINDS[Sheet(run.sheet)](run, header)
