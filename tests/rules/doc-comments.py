# doc-comments.py - every function that a header declares has a doc comment that names it, and no comment names
# another function than one of its header.
#
# A doc comment begins with "/**" and then "NAME:", or several names for functions that have one thing in common. Where it
# stands in its header does not matter; that its names are right does. Headers that the files of one part share among
# themselves (private.h, ...-private.h) may say less; what they do say is looked at, too. Functions of the static guest
# programs and of tests are their own business. Prints each breach as FILE:LINE: what, and fails if there was one.
import pathlib
import re
import sys

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NAMED = re.compile(r"/\*\*\s*(?:\*\s*)?((?:\w+,\s+(?:\*\s*)?)*\w+):")
# At the start of a line: type, name, blank, bracket; a macro (G_DECLARE_FINAL_TYPE) or a pointer to a function is none.
FUNCTION = re.compile(r"^(?!typedef\b)[A-Za-z_][\w \t*]*?[ *\n](\w+) \(", re.MULTILINE)
# What a comment may be of, besides.
DEFINED = re.compile(r"^#\s*define\s+(\w+)|^typedef\b[^;{]*?(\w+)(?:\)\s*\([^;]*)?;|^\} (\w+);|^(?:struct|enum|union) (\w+)|^G_\w+ \((\w+)", re.MULTILINE)
# What functions-like macros of GLib look like in that place.
MACRO = re.compile(r"^[A-Z0-9_]+$")


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def outside_braces(text):
    """The text with what stands in braces blanked out: members of structures, bodies of inline functions."""
    out, depth = [], 0
    for character in text:
        if character == "}":
            depth -= 1
        out.append(character if depth == 0 or character == "\n" else " ")
        if character == "{":
            depth += 1
    return "".join(out)


def check(path):
    text = path.read_text()
    named = {}
    for match in NAMED.finditer(text):
        for name in re.findall(r"\w+", match.group(1)):
            named[name] = line_of(text, match.start())
    code = COMMENT.sub(blank, text)
    others = {name for match in DEFINED.finditer(code) for name in match.groups() if name}
    # Before the braces are counted: those of a macro need not be in pairs.
    code = outside_braces(re.sub(r"^#(?:.*\\\n)*.*$", blank, code, flags=re.MULTILINE))
    declared = {}
    for match in FUNCTION.finditer(code):
        if not MACRO.match(match.group(1)):
            declared.setdefault(match.group(1), line_of(code, match.start()))
    private = path.name == "private.h" or path.name.endswith("-private.h")
    for name, line in declared.items():
        if name not in named and not private:
            yield f"{path}:{line}: {name} has no doc comment"
    for name, line in named.items():
        if name not in declared and name not in others:
            yield f"{path}:{line}: the doc comment is of {name}, which is not declared here"


def main():
    breaches = [breach for path in sorted(pathlib.Path("src").rglob("*.h")) for breach in check(path)]
    print(*breaches, sep="\n", end="\n" if breaches else "")
    return 1 if breaches else 0


sys.exit(main())
