#!/usr/bin/env python3
"""Checks which headers include which, that they contain no forbidden code, and the length of headers and functions.

usage: floors.py INCLUDE_DIRECTORY        the folder that contains alrao/; docs/ is next to it

A header includes headers of its own floor and of lower floors only. Only tensor/ includes other array libraries and BLAS and
uses preprocessor conditionals. The op of a layer does not include the op of another layer. Only umbrella headers include
umbrella headers. The picture of folders and floors in docs/design.md must show the existing folders, with the floors of the
table below.
"""
import re
import sys
from pathlib import Path

FLOORS = {"meta": 0, "shape": 1, "layers": 2, "graph": 3, "tensor": 4, "kernels": 5, "ops": 6, "model": 7, "learn": 8,
          "train": 9, "data": 10, "io": 10, "zoo": 10, "check": 10,
          "report": 11}
# for each umbrella header, the highest floor that it may include
UMBRELLAS = {"alrao.hpp": 9, "ops.hpp": 6, "layers.hpp": 6, "model.hpp": 7, "learn.hpp": 8, "train.hpp": 9, "inference.hpp": 7, "data.hpp": 10,
             "io.hpp": 10, "zoo.hpp": 10, "check.hpp": 10, "report.hpp": 11}
# for each folder, the umbrella header that includes all of its public headers
SHOWN_BY = {"layers": "layers.hpp", "ops": "layers.hpp", "model": "model.hpp", "learn": "learn.hpp", "train": "train.hpp",
            "data": "data.hpp", "io": "io.hpp", "zoo": "zoo.hpp", "check": "check.hpp",
            "report": "report.hpp"}
# (folder, lower folder): headers of the first do not include headers of the second, although it is lower
BLIND = {("tensor", "layers"), ("tensor", "graph"), ("kernels", "layers"), ("kernels", "graph")}
SIDEWAYS = {"data", "io", "zoo", "check"}                             # folders of one floor that must not include each other ...
OPEN_DOORS = {("data", "io")}                               # ... except that readers use the file classes of io
DOORS = re.compile(r"(xtensor|xtl|xsimd|xflens)[/_-]|(xtensor-blas|cblas|lapacke)")
TYPES_ONLY = {"algorithm", "array", "bit", "climits", "compare", "concepts", "cstddef", "cstdint", "initializer_list",
              "iterator", "limits", "numeric", "optional", "span", "string", "string_view", "tuple", "type_traits",
              "utility"}
OPT_IN = {"zlib.h": {"data", "io"}, "nlohmann/": {"io"}, "CLI/": set(), "doctest/": set()}
FORBIDDEN = {
    r"\bstd\s*::\s*is(finite|nan|inf|normal)\b": "a bit test of tensor/finite.hpp (this one fails with -ffast-math)",
    r"\bstd\s*::\s*\w+_distribution\b": "tensor/philox.hpp (standard distributions differ between libraries)",
    r"\bstd\s*::\s*(shuffle|mt19937\w*|default_random_engine|rand|srand)\b": "tensor/philox.hpp",
    r"\bxt\s*::\s*random\b": "tensor/philox.hpp",
    r"^\s*#\s*define\b": "a constexpr value or a function (no macros)",
    r"\bassert\s*\(": "static_assert or fail()",
    r"\bstd\s*::\s*cout\b|\b(printf|puts)\s*\(": "the caller's stream (headers must not print)",
    r"^\s*(inline\s+)?thread_local\b|^\s*static\s+(?!const)[\w:<>, ]+[=;{]": "an object owned by the caller",
}
LONGEST_HEADER = 300         # lines
LONGEST_FUNCTION = 60        # lines, from its template or return type to its closing brace
PICTURE_HEAD = re.compile(r"floor +folder +")                # the first line of the picture in docs/design.md


def without_comments(text):
    """The code with comments and literals replaced by blanks; lines and include paths are kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'', re.S)
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


TEMPLATE = re.compile(r"\btemplate\s*<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>")
PREAMBLE = re.compile(r"^(?:\s*#[^\n]*\n|\s*(?:public|private|protected)\s*:(?!:))*")
SCOPE = re.compile(r"\s*(?:inline\s+)?(?:namespace|class|struct|union|enum|extern)\b")


def is_function(declaration):
    """Whether a brace after this text, at namespace or class scope, opens the body of a function or lambda."""
    member_initializers = re.search(r"\)[^:?]*(?<!:):(?!:)", declaration)
    if member_initializers and re.search(r"[\w>]\s*$", declaration):
        # otherwise the brace initializes a member, as in `: member{value}`
        return bool(re.search(r"\b(const|noexcept|override|final)\s*$", declaration))
    return "(" in declaration or declaration.rstrip().endswith("]")


def functions(code):
    """(first line, last line, declaration) of each function. Recognizes only the C++ constructs that the headers use."""
    start = parentheses = braces = 0       # where a declaration begins; open parentheses; braces open in its body
    body, of_function = 0, False           # the brace that opens the body
    for place in re.finditer(r"[{};()]", code):
        mark, here = place.group(), place.start()
        if braces:
            braces += {"{": 1, "}": -1}.get(mark, 0)
            if braces == 0 and of_function:
                yield code.count("\n", 0, start) + 1, code.count("\n", 0, here) + 1, code[start:body].strip()
                start = place.end()
        elif mark in "()":
            parentheses += 1 if mark == "(" else -1
        elif mark == "{":
            start += PREAMBLE.match(code[start:here]).end()
            start += len(code[start:here]) - len(code[start:here].lstrip())
            declaration = TEMPLATE.sub(" ", code[start:here])
            unconstrained = re.sub(r"^\s*requires\b.*?(?=\b(struct|class)\b)", "", declaration, flags=re.S)
            if parentheses == 0 and SCOPE.match(unconstrained):
                start = place.end()
            else:
                braces, body, of_function = 1, here, parentheses == 0 and is_function(declaration)
        elif parentheses == 0:
            start = place.end()


def short_name(declaration):
    """The last name before the parameters of a function."""
    names = re.findall(r"([~\w]+|operator[^\s\w]+)\s*\(", TEMPLATE.sub(" ", declaration).split(" : ")[0])
    keywords = {"requires", "sizeof", "decltype", "alignas", "noexcept"}
    return next((name for name in names if name not in keywords), "lambda")


def lengths(path, raw, code):
    """Errors (line, text) for the header if it is too long, and for each of its functions that is too long."""
    count = len(raw.splitlines())
    if count > LONGEST_HEADER:
        yield LONGEST_HEADER, f"the header has {count} lines, at most {LONGEST_HEADER} are allowed: split it by subject"
    for first, last, declaration in functions(code):
        if last - first + 1 > LONGEST_FUNCTION:
            yield first, (f"{short_name(declaration)} has {last - first + 1} lines, at most {LONGEST_FUNCTION} are allowed: "
                          "split it into functions")


def faults_of(path, root):
    name = path.relative_to(root).as_posix()
    room = name.split("/")[0] if "/" in name else None
    if room is None and name not in UMBRELLAS:
        yield 1, f"belongs to no floor: only {', '.join(UMBRELLAS)} may be in this folder"
        return
    if room is not None and room not in FLOORS:
        yield 1, f"folder {room}/ belongs to no floor"
        return
    top = UMBRELLAS[name] if room is None else FLOORS[room]
    raw = path.read_text()
    code = without_comments(raw)
    lines = code.split("\n")
    yield from lengths(path, raw, code)
    if "#pragma once" not in code:
        yield 1, "no #pragma once"
    for number, line in enumerate(raw.split("\n"), 1):
        quoted = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if quoted:
            yield number, f'#include "{quoted[1]}": write <alrao/...>'
    for number, line in enumerate(lines, 1):
        if room is None and line.strip() and not re.match(r"\s*#\s*(pragma once|include\s*<)", line):
            yield number, "an umbrella header may only contain includes"
        if room != "tensor" and re.match(r"\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b", line):
            yield number, "preprocessor conditional outside tensor/"
        for pattern, instead in FORBIDDEN.items():
            if re.search(pattern, line):
                yield number, f"{line.strip()[:60]!r}: use {instead}"
        included = re.match(r"\s*#\s*include\s*<([^>]+)>", line)
        if not included:
            continue
        target = included[1]
        if target.startswith("alrao/"):
            inner = target.removeprefix("alrao/")
            other = inner.split("/")[0] if "/" in inner else None
            if other is None and (room is not None or UMBRELLAS.get(inner, 99) > top):
                yield number, f"<{target}>: include the headers that are used, not an umbrella"
            elif not (root / inner).is_file():
                yield number, f"<{target}> does not exist"
            elif other in FLOORS and FLOORS[other] > top:
                yield number, f"<{target}> is on a higher floor: {FLOORS[other]}, included from floor {top}"
            elif (room, other) in BLIND:
                yield number, f"<{target}>: {room}/ must not include {other}/"
            elif room != other and {room, other} <= SIDEWAYS and (room, other) not in OPEN_DOORS:
                yield number, f"<{target}>: {room}/ must not include {other}/"
            elif room == other == "ops" and target != f"alrao/{name}":
                layer = [(root / "layers" / Path(p).name).is_file() for p in (name, inner)]
                if all(layer):
                    yield number, f"<{target}>: an op must not include the op of another layer"
            continue
        if DOORS.match(target) and room != "tensor":
            yield number, f"<{target}>: only tensor/ may include this library"
        for library, rooms in OPT_IN.items():
            if target.startswith(library) and room not in rooms:
                yield number, f"<{target}>: must not be included in {room}/"
        if room is not None and top <= 3 and target not in TYPES_ONLY:
            yield number, f"<{target}>: floors 0 to 3 may include only {', '.join(sorted(TYPES_ONLY))}"


def unlisted(root):
    """Public headers that the umbrella header of their folder includes neither directly nor through another header."""
    def reached(name, seen):
        if name not in seen and (root / name).is_file():
            seen.add(name)
            for inner in re.findall(r"^#include <alrao/(.*)>", (root / name).read_text(), re.M):
                reached(inner, seen)
        return seen

    for room, umbrella in SHOWN_BY.items():
        shown = reached(umbrella, set())
        for header in sorted((root / room).rglob("*.hpp")):
            name = header.relative_to(root).as_posix()
            if "/detail/" not in name and name not in shown:
                yield f"{root / umbrella}:1: does not include <alrao/{name}>"


def picture_faults(design, root):
    """Errors in the picture of folders and floors, whose lines have a floor, a folder, and the content of the folder."""
    lines = design.read_text().split("\n")
    heads = [number for number, line in enumerate(lines) if PICTURE_HEAD.match(line)]
    if len(heads) != 1 or not lines[heads[0] - 1].startswith("```"):
        yield f"{design}:1: needs one picture of folders and floors: a fenced block that begins 'floor  folder  holds'"
        return
    folders = {folder.relative_to(root).as_posix() for folder in root.rglob("*")
               if folder.is_dir() and "detail" not in folder.relative_to(root).parts and any(folder.glob("*.hpp"))}
    shown, above = set(), max(FLOORS.values())
    number = heads[0] + 1
    while number < len(lines) and not lines[number].startswith("```"):
        line, number = lines[number], number + 1
        entry = re.fullmatch(r" *(\d+)  +([\w/]+)  +(\S.*)", line)
        if not entry:
            yield f"{design}:{number}: not a line with a floor, a folder and its content: {line!r}"
            continue
        floor, folder = int(entry[1]), entry[2]
        if folder not in folders:
            yield f"{design}:{number}: there is no folder {folder}/ with headers"
        elif FLOORS.get(folder.split("/")[0]) != floor:
            yield f"{design}:{number}: {folder}/ is on floor {FLOORS.get(folder.split('/')[0])}, not {floor}"
        if folder in shown:
            yield f"{design}:{number}: {folder}/ occurs twice"
        if floor > above:
            yield f"{design}:{number}: floor {floor} is listed below floor {above}"
        shown.add(folder)
        above = floor
    yield from (f"{design}:{heads[0] + 1}: does not show {folder}/" for folder in sorted(folders - shown))


def main():
    root = Path(sys.argv[1]) / "alrao"
    headers = sorted(root.rglob("*.hpp"))
    faults = [f"{header}:{number}: {text}" for header in headers for number, text in faults_of(header, root)]
    faults += unlisted(root)
    faults += picture_faults(Path(sys.argv[1]).parent / "docs/design.md", root)
    print("\n".join(faults) or f"{len(headers)} headers, no violations")
    return 1 if faults or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
