"""A `Reading` becomes title, language and passages (`passages.segment`)."""
