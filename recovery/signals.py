"""The package's only announcement."""

from django.dispatch import Signal

recovery_changed = Signal()
"""Sent after commit with ``recovery_id``: something that reminders depend on changed. Only a nudge: losing it
delays a reminder until the next sweep and never loses it."""
