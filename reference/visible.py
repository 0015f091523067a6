"""Text of others, such as names and messages in submissions, as it may be shown: it must not steer a terminal."""

import codecs
import re

# control characters but for the tab and the end of a line, those that turn the direction of text, halves of pairs
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]")

# signs for a terminal that has no others: a mark must not become "?", which says that something is not understood
_PLAIN = {"✓": "+", "✗": "x", "…": "~", "·": "-", "→": ">", "±": "~", "█": "#"}
PLAINLY = "crosscheck-plainly"  # for open(errors=)


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]), error.end


codecs.register_error(PLAINLY, _plain)


def visible(text: str) -> str:
    """`text` with each such character written out: an escape is shown as \\x1b."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)
