"""From the text of a file to a submission: what is executed, what it defines, what is unfinished. Nothing runs here."""
