"""What the checkers share: reading C++ text without its comments and literals, and finding files."""

import pathlib
import re

SOURCE_SUFFIXES = (".cpp", ".hpp")

_TOKEN = re.compile(
    r"""
      //[^\n]*                                        # line comment
    | /\*.*?\*/                                       # block comment
    | R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"      # raw string
    | "(?:\\.|[^"\\\n])*"                             # string
    | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'             # character (a quote between digits separates them)
    """,
    re.VERBOSE | re.DOTALL,
)


def _blank(text, keep_ends):
    """Spaces of the same shape: newlines stay, so that line numbers do not move."""
    blank = re.sub(r"[^\n]", " ", text)
    return text[0] + blank[1:-1] + text[-1] if keep_ends and len(text) > 1 else blank


def without_comments(text):
    return _TOKEN.sub(lambda m: _blank(m[0], False) if m[0].startswith(("//", "/*")) else m[0], text)


def code_only(text):
    """The text with comments and the contents of literals blanked out; same length, same lines."""
    return _TOKEN.sub(lambda m: _blank(m[0], not m[0].startswith(("//", "/*"))), text)


def comments(text):
    """(line number, comment text) of every comment."""
    for match in _TOKEN.finditer(text):
        if match[0].startswith(("//", "/*")):
            first = text.count("\n", 0, match.start()) + 1
            for offset, line in enumerate(match[0].split("\n")):
                yield first + offset, line


def includes(text):
    """(line number, '<' or '"', path) of every #include."""
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match[1], match[2]


def source_files(root, *folders):
    for folder in folders:
        base = pathlib.Path(root) / folder
        yield from sorted(p for p in base.rglob("*") if p.suffix in SOURCE_SUFFIXES and p.is_file())


def is_test(path):
    return path.stem.endswith(("_test", "_fuzz", "_bench"))
