"""A file's bytes become a `Reading`: canonical text, its structure and what is said about it."""
