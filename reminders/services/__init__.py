"""Laying reminders out, sending them, and what a patient wishes."""
