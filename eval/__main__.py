"""`python -m eval`: the evaluation's own commands."""

from eval.commands import evaluate
from indexer.cli import ErrorLines

if __name__ == "__main__":
    ErrorLines(commands=[evaluate]).main(prog_name="python -m eval")
