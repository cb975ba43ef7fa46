"""Bounds of a patient's own list of questions: they keep it short enough to be asked in one visit."""

MOST_OPEN = 20
TEXT_LENGTH = 300
