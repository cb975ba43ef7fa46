"""What accounts announce, after commit. Receivers get ids."""

from django.dispatch import Signal

patient_changed = Signal()
"""A patient's zone, address or user changed. Carries ``patient_id``, the primary key."""
