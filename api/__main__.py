"""`python -m api`: the asking commands."""

from api.commands import ask, search, serve
from indexer.cli import ErrorLines

if __name__ == "__main__":
    ErrorLines(commands=[ask, search, serve]).main(prog_name="python -m api")
