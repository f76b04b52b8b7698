"""Traditional, regional and Japanese forms of Han characters, and their simplified form.

The table is data derived from OpenCC (Apache License 2.0) by `manage.py build_han_table`: two
lines, each character of the first folding to the one below it. Reading it takes a millisecond;
making it takes half a second, too much for every start.
"""

from pathlib import Path

TABLE_FILE = Path(__file__).with_name("han.txt")

SIMPLIFIED = str.maketrans(*TABLE_FILE.read_text(encoding="utf-8").splitlines())
