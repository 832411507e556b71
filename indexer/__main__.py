"""`python -m indexer`: the indexer's own commands."""

from indexer.cli import ErrorLines
from indexer.commands import index, status

if __name__ == "__main__":
    ErrorLines(commands=[index, status]).main(prog_name="python -m indexer")
