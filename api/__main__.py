"""`python -m api`: asking, serving and what goes with it."""

from api.commands import ask, search, serve
from api.key_commands import keys
from api.mcp_commands import mcp
from api.question_commands import questions
from indexer.cli import ErrorLines

if __name__ == "__main__":
    ErrorLines(commands=[ask, search, serve, keys, questions, mcp]).main(prog_name="python -m api")
