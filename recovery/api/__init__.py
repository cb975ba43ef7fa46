"""The API of recoveries: the same acts as the pages, by the same services (``docs/api.md``)."""
