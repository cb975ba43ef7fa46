"""The words of the pages in other languages: what must be translated, and the catalogs.

``python -m translations`` keeps ``locale/`` in step with the code (``docs/translating.md``).
Nothing of it runs in the app: the app reads the compiled catalogs.
"""
