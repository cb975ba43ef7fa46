"""What a browser says about itself, in codes. Plain Python."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
KINDS = (
    ("iPhone", "phone"),
    ("iPad", "tablet"),
    ("Mobile", "phone"),
    ("Android", "tablet"),
    ("Windows", "computer"),
    ("Macintosh", "computer"),
    ("CrOS", "computer"),
    ("Linux", "computer"),
)
"""What stands in the name a browser gives itself, the most telling first."""


def browser_of(agent: str) -> str:
    """Return the family of a browser by its User-Agent header; empty for one we do not know."""
    return next((name for sign, name in BROWSERS if sign in agent), "")


def kind_of(agent: str) -> str:
    """Return phone, tablet or computer by the User-Agent header; empty where it says none of them."""
    return next((kind for sign, kind in KINDS if sign in agent), "")
