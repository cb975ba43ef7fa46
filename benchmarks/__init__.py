"""Measurements, each against a limit or a floor of the same run."""
