"""One function a screen: what it shows, in a fixed number of database queries."""
