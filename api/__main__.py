"""`python -m api`: the commands of asking and serving."""

from api.commands import ask, search, serve
from api.key_commands import keys
from indexer.cli import ErrorLines

if __name__ == "__main__":
    ErrorLines(commands=[ask, search, serve, keys]).main(prog_name="python -m api")
