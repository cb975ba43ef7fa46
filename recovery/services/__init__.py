"""Every change of a recovery: one verb each, in one transaction, with one announcement."""
