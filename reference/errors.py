"""What the command line tells in one line and leaves with exit status 2."""


class RequestError(Exception):
    """What was asked for cannot be carried out. The message is one line: what came, what was expected, what to do."""
