"""How many photos there may be, and how large."""

MOST_PER_DAY = 5
MOST_PER_RECOVERY = 200
MOST_LISTED = 20
"""How many staff see at a glance."""
MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 50_000_000
"""What a phone's camera makes. A picture that claims more is refused before it is unpacked."""
MOST_PIXELS_WHOLE = 16_000_000
"""Of a picture that cannot be unpacked at a fraction of its size, so that it takes less than 300 MB."""
LONGEST_SIDE = 1600
