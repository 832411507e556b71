"""Large corpora, and how an index of them behaves: `python -m eval.scale --help`."""
