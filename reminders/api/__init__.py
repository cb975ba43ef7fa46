"""The API of reminders: what was sent and why, and what a patient wants to hear."""
