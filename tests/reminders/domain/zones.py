"""A dozen zones, each with its own trick, and how properties are tried on a busy machine."""

from hypothesis import HealthCheck, settings

ZONES = (
    "Europe/Madrid",
    "Europe/Dublin",  # negative daylight saving
    "America/New_York",
    "America/Sao_Paulo",  # changed at midnight
    "America/St_Johns",  # half an hour off; changed at 00:01
    "Australia/Lord_Howe",  # moves by half an hour
    "Pacific/Apia",  # skipped a whole day
    "Pacific/Chatham",  # three quarters of an hour off
    "Antarctica/Troll",  # moves by two hours
    "Africa/Casablanca",  # the other way round in Ramadan
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
)

steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Draws as many examples as usual, however slow the machine is."""
