"""Text of others, such as names and messages in submissions, as it may be shown: it must not steer a terminal."""

import re

# control characters but for the tab and the end of a line, those that turn the direction of text, halves of pairs
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with each such character written out: an escape is shown as \\x1b."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)
