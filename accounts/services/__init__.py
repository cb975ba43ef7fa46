"""What people do with accounts: each verb one transaction, one audit row, one announcement."""
