"""Keep the catalogs in step: ``python -m translations [update|missing|fill FILE] [--language es]``."""

import argparse
import json
import os
import sys
from pathlib import Path


def main() -> int:
    """Do what the command line asks."""
    words = argparse.ArgumentParser(prog="python -m translations", description=__doc__)
    words.add_argument("act", choices=["update", "missing", "fill"], nargs="?", default="update")
    words.add_argument(
        "file", nargs="?", help="for fill: JSON of texts and their translations, or - for the input"
    )
    words.add_argument("--language", default="es")
    asked = words.parse_args()
    if asked.act == "fill" and not asked.file:
        words.error("fill needs a file of translations")

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from translations import catalog, extract

    new = catalog.renew(catalog.read(asked.language), extract.messages(), asked.language)
    if asked.act == "missing":
        json.dump(catalog.missing(new), sys.stdout, ensure_ascii=False, indent=1)
        return 0
    if asked.act == "fill":
        text = sys.stdin.read() if asked.file == "-" else Path(asked.file).read_text(encoding="utf-8")
        for key in catalog.fill(new, json.loads(text)):
            sys.stderr.write(f"No text like this: {key}\n")
    catalog.write(new, asked.language)
    left = len(catalog.missing(new))
    sys.stdout.write(f"{len(new)} texts in {asked.language}, {left} without translation.\n")
    return 0


sys.exit(main())
