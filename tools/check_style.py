#!/usr/bin/python3
"""Checks what clang-format and clang-tidy cannot: sizes, file names, READMEs, the form of TODOs, commented-out code.

usage: check_style.py [ROOT]      prints one line per violation; exit code 1 when there is any

Limits may be waived per file in tools/style_waivers.toml; a waiver that is no longer needed is an error.
"""

import pathlib
import re
import sys
import tomllib

import source_text

LIMITS = {"function_lines": 70, "parameters": 4, "nesting": 3}
FILE_LINES = {".cpp": 500, ".hpp": 300}
README_LINES = 60

FILE_NAME = re.compile(r"[a-z][a-z0-9_]*\.(?:cpp|hpp)$")
MARK = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
GOOD_MARK = re.compile(r"\bTODO\([a-z]+\): \S")
DEAD_CODE = re.compile(
    r"//\s*(?:return\b[^.]*;|(?:[A-Za-z_][\w:.>\[\]-]*)\([^;]*\);|(?:const |auto |static |std::\w)[^;]* = .*;"
    r"|(?:if|for|while|switch) \([^;]*\) ?\{|\} else \{|#\s*include\b.*|[\w.>-]+ (?:=|\+=|-=) [^;]*;)\s*$"
)
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")
CONTROL = re.compile(r"(?:^|[;{}\s)])(?:if|for|while|switch|do|else)\b")
NOT_PARAMETERS = re.compile(r"(?:operator\s*\(\s*\)|\b(?:alignas|noexcept|explicit|decltype|requires|__attribute__|KEEL_\w+)\s*\()")


def group_end(code, start):
    """The index after the bracket that closes the one at `start`."""
    depth = 0
    for index in range(start, len(code)):
        if code[index] in "([{":
            depth += 1
        elif code[index] in ")]}":
            depth -= 1
            if depth == 0:
                return index + 1
    return len(code)


def parameter_count(head):
    """Parameters in the head of a function definition (the text before its body)."""
    skip = NOT_PARAMETERS.search(head)
    while skip:
        if skip[0].startswith("operator"):
            start, end = skip.start(), skip.end()
        else:
            start, end = skip.start(), group_end(head, skip.end() - 1)
        head = head[:start] + " " * (end - start) + head[end:]
        skip = NOT_PARAMETERS.search(head)
    start = head.find("(")
    if start < 0:
        return 0
    inside = head[start + 1:group_end(head, start) - 1]
    if not inside.strip() or inside.strip() == "void":
        return 0
    depth, count = 0, 1
    for index, char in enumerate(inside):
        if char in "<([{":
            depth += 1
        elif char in ")]}" or (char == ">" and inside[index - 1] != "-"):
            depth -= 1
        elif char == "," and depth == 0:
            count += 1
    return count


class Function:
    def __init__(self, code, start, brace, end):
        head = code[start:brace]
        self.line = code.count("\n", 0, start + len(head) - len(head.lstrip())) + 1
        self.lines = code.count("\n", 0, end) + 2 - self.line
        self.parameters = 0 if re.match(r"\s*(?:TYPED_)?TEST(?:_[FP])?\s*\(", head) else parameter_count(head)
        self.nesting = nesting(code[brace + 1:end])


def nesting(body):
    """How deep braces of control statements stand inside each other."""
    stack, deepest, since = [], 0, 0
    for index, char in enumerate(body):
        if char == "{":
            stack.append(bool(CONTROL.search(body[since:index])))
            deepest = max(deepest, sum(stack))
            since = index + 1
        elif char == "}":
            if stack:
                stack.pop()
            since = index + 1
        elif char == ";" and body.count("(", since, index) == body.count(")", since, index):
            since = index + 1
    return deepest


def functions(code):
    """Every function defined at namespace or class scope."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.MULTILINE)
    index = since = 0
    while index < len(code):
        char = code[index]
        if char in ";}" or (char == ":" and re.search(r"\b(?:public|private|protected)\s*$", code[since:index])):
            since = index + 1
        elif char == "(":
            index = group_end(code, index)
            continue
        elif char == "{":
            head = code[since:index]
            end = group_end(code, index)
            # `x_{1}` in a constructor's initializer list, or a braced default: the body is still to come.
            is_member_init = re.search(r"\)\s*(?:noexcept\s*)?:[^:]", head) and re.search(r"[\w>]\s*$", head)
            if SCOPE.search(head) and "(" not in re.sub(r"\b(?:alignas|KEEL_\w+|__attribute__)\s*\(+[^)]*\)+", "", head):
                since = index + 1
            elif is_member_init:
                index = end
                continue
            else:
                if "(" in head and not re.search(r"=\s*$|=[^=(){}]*$", head):
                    yield Function(code, since, index, end)
                    since = end
                index = end
                continue
        index += 1


class Checker:
    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.errors = []
        config = tomllib.loads((self.root / "tools/style_waivers.toml").read_text())
        self.waivers = {(w["file"], w["kind"]): w for w in config.get("waivers", [])}
        self.needed = set()

    def run(self):
        for path in source_text.source_files(self.root, "src", "tests"):
            self.check_file(path)
        for path in sorted(self.root.glob("src/**/CMakeLists.txt")):
            if path.parent != self.root / "src":
                self.check_readme(path.parent)
        for key, waiver in self.waivers.items():
            if not waiver.get("reason"):
                self.errors.append(f"style_waivers.toml: {key[0]} ({key[1]}) gives no reason")
            if key not in self.needed:
                self.errors.append(f"style_waivers.toml: the waiver of {key[0]} ({key[1]}) is no longer needed: remove it")
        return self.errors

    def check_readme(self, room):
        name = room.relative_to(self.root).as_posix()
        readme = room / "README.md"
        if not readme.exists():
            self.errors.append(f"{name}: no README.md")
        elif (lines := len(readme.read_text().splitlines())) > README_LINES:
            self.errors.append(f"{name}/README.md: {lines} lines, at most {README_LINES}")

    def check_file(self, path):
        name = path.relative_to(self.root).as_posix()
        text = path.read_text()
        if not FILE_NAME.match(path.name):
            self.errors.append(f"{name}: file names are snake_case")
        if path.suffix == ".hpp" and "#pragma once" not in text:
            self.errors.append(f"{name}: no #pragma once")
        self.check_limit(name, 1, "file_lines", text.count("\n"), FILE_LINES[path.suffix])
        self.check_comments(name, text)
        for function in functions(source_text.code_only(text)):
            for kind, attribute in (("function_lines", "lines"), ("parameters", "parameters"), ("nesting", "nesting")):
                self.check_limit(name, function.line, kind, getattr(function, attribute), LIMITS[kind])

    def check_limit(self, name, line, kind, value, limit):
        if value <= limit:
            return
        waiver = self.waivers.get((name, kind))
        if waiver:
            self.needed.add((name, kind))
            limit = waiver["limit"]
        if value > limit:
            self.errors.append(f"{name}:{line}: {kind.replace('_', ' ')} {value}, at most {limit}")

    def check_comments(self, name, text):
        dead = 0
        for line, comment in source_text.comments(text):
            if MARK.search(comment) and not GOOD_MARK.search(comment):
                self.errors.append(f"{name}:{line}: write TODO(kind): what, or do it")
            dead = dead + 1 if DEAD_CODE.match(comment) else 0
            if dead == 2:
                self.errors.append(f"{name}:{line}: commented-out code")


def main(arguments):
    root = arguments[1] if len(arguments) > 1 else pathlib.Path(__file__).resolve().parent.parent
    errors = Checker(root).run()
    print("\n".join(errors) if errors else "style: ok")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
