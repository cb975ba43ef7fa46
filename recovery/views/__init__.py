"""Pages: each starts at what its person may see, asks one query or calls one service, and draws."""
