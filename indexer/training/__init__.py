"""Programs that make what the index ships with: run by hand, never by the index."""
