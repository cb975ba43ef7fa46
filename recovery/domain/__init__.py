"""Rules of recovery as plain Python: values in, values out."""
