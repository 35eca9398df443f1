#!/usr/bin/env python3
"""Checks that all public headers compile together with macros of other libraries: Qt, X11, Windows, Apple, curses and more.

usage: foreign_macros.py before|after LIST INCLUDE_DIRECTORY -- COMPILER FLAG...

LIST contains names of macros, `name()` for macros with arguments; lines that begin with # are comments. Each macro is defined
such that using it is an error.
after: includes the headers of other libraries that the headers of this library use, then defines all macros, then includes the
headers of this library.
before: defines macros, then includes the headers of this library, which include those of other libraries. A macro whose
name the headers of other libraries use is left out, unless a header of this library disables it (push_macro) while it
includes them.
min and max are not in the list: with these macros <limits>, <random> and xtensor do not compile (programs that include
windows.h must define NOMINMAX).
"""
import re
import subprocess
import sys
from pathlib import Path

order, names_file, include = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
compiler = sys.argv[sys.argv.index("--") + 1:]


def compile_unit(text, *more, **options):
    return subprocess.run([*compiler, *more, "-x", "c++", "-"], input=text, text=True, **options)


lines = names_file.read_text().splitlines()
names = {name for line in lines if not line.startswith("#") for name in line.split()}
headers = sorted(include.rglob("*.hpp"))
included = {name for header in headers for name in re.findall(r"^#include <([^>]+)>", header.read_text(), re.M)}
flags = " ".join(compiler)
others = "".join(f"#include <{name}>\n" for name in sorted(included)
                 if not name.startswith("alrao/") and not ("ALRAO_WITHOUT_BLAS" in flags and "blas" in name))
ours = "".join(f"#include <{header.relative_to(include)}>\n" for header in headers)

if order == "before":
    known = compile_unit(others, "-E", capture_output=True, check=True).stdout
    used = set(re.findall(r"\b[A-Za-z_]\w*", re.sub(r"^#.*$", "", known, flags=re.M)))
    put_aside = {name for header in headers for name in re.findall(r'push_macro\("(\w+)"\)', header.read_text())}
    names = {name for name in names if name.removesuffix("()") not in used - put_aside}
macros = "".join(f"#undef {name.removesuffix('()')}\n#define {name.replace('()', '(...)')} ) a macro of others (\n"
                 for name in sorted(names))
unit = macros + ours if order == "before" else others + macros + ours
if not names or not headers:
    sys.exit("there are no macros to test")
code = compile_unit(unit, "-fsyntax-only").returncode
print(f"{len(headers)} headers {order} {len(names)} macros" if order == "after" else f"{len(names)} macros before all headers")
sys.exit(code)
