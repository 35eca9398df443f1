#!/usr/bin/env python3
"""Checks that a program does not compile, and that the compiler's message is short and states the reason.

usage: refuses.py [--behind PRECOMPILED] SOURCE OTHER... -- COMPILER FLAG...

SOURCE must be refused with -DMUST_FAIL (accepted.py checks that it compiles without). With --behind, SOURCE is compiled with
PRECOMPILED, the umbrella header precompiled by this compiler, which takes a third of the time; a source with a line `// alone`
is compiled without it. Comments in SOURCE say what the message must contain:
  // expect: REGEX          anywhere, except in quoted code
  // expect-error: REGEX    in the line with `error:`; each source needs at least one, which states the reason
  // expect-gcc:, // expect-clang:, // expect-error-gcc:, // expect-error-clang:     the same for one compiler
The expressions must identify the refusal: the message must not match all expressions of an OTHER source. The message must
have exactly one error, at most 20 lines (`// lines: N` sets another limit), and at most 2,000 bytes (`// bytes: N`) without
the printed type of the network, that is, without the text of every `// type: NAME` and its template arguments.
"""
import re
import subprocess
import sys
from pathlib import Path


def compiled(compiler, source, *more):
    command = [*compiler, *more, "-fsyntax-only", "-fdiagnostics-color=never", source]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL)


def marks(text, name):
    return re.findall(rf"^\s*// {name}: *(.*?) *$", text, re.M)


def in_error_line(text, family):
    return marks(text, "expect-error") + marks(text, f"expect-error-{family}")


def expectations(text, family):
    return marks(text, "expect") + marks(text, f"expect-{family}") + in_error_line(text, family)


def without_type(message, name):
    """The message without every `name<...>`, including nested brackets."""
    kept, at = [], 0
    for found in re.finditer(rf"(?:\w+::)*\b{re.escape(name)}<", message):
        if found.start() < at:
            continue
        depth, end = 1, found.end()
        while depth and end < len(message):
            depth += {"<": 1, ">": -1}.get(message[end], 0)
            end += 1
        kept.append(message[at:found.start()])
        at = end
    return "".join(kept) + message[at:]


def words(message):
    """The text of a message, without source locations and quoted source."""
    said = [line for line in message.splitlines() if re.search(r"\b(error|note): |: In instantiation of |required from ", line)]
    return "\n".join(re.sub(r"^\S+?:\d+(:\d+)?: ", "", line) for line in said)


def behind(precompiled, family):
    """The arguments that include a precompiled header; g++ needs the name of the header, without .gch."""
    if not precompiled:
        return []
    return ["-include-pch", precompiled] if family == "clang" else ["-Winvalid-pch", "-include", precompiled.removesuffix(".gch")]


def faults_of(source, others, compiler, family, precompiled):
    text = Path(source).read_text()
    if "MUST_FAIL" not in text or not in_error_line(text, family):
        return ["has no part under MUST_FAIL or no line `// expect-error: REGEX`"], ""
    alone = re.search(r"^// alone\b", text, re.M)
    refused = compiled(compiler, source, *([] if alone else behind(precompiled, family)), "-DMUST_FAIL")
    message = refused.stderr
    if refused.returncode == 0:
        return ["compiles, but must not"], ""
    said = words(message)
    faults = [f"the message does not match {e!r}" for e in expectations(text, family) if not re.search(e, said)]
    error = "\n".join(line for line in message.splitlines() if re.search(r"\berror: ", line))
    faults += [f"the line with `error:` does not match {e!r}" for e in in_error_line(text, family)
               if not re.search(e, error)]
    for other in set(others) - {source}:
        expected = expectations(Path(other).read_text(), family)
        if expected and all(re.search(e, said) for e in expected):
            faults.append(f"the message also matches all expressions of {other}, which must be more specific")
    errors = len(re.findall(r"\berror: ", message))
    if errors != 1:
        faults.append(f"{errors} errors instead of one")
    lines, most = len(message.splitlines()), int((marks(text, "lines") or ["20"])[0])
    if lines > most:
        faults.append(f"{lines} lines, at most {most}")
    rest = message
    for name in marks(text, "type"):
        rest = without_type(rest, name)
    size, most = len(rest.encode()), int((marks(text, "bytes") or ["2000"])[0])
    if size > most:
        faults.append(f"{size} bytes beyond the network's type, at most {most}")
    print(f"{source}: {lines} lines, {size} bytes beyond the network's type ({len(message.encode())} in all)")
    return faults, message


def main():
    precompiled = None
    if sys.argv[1] == "--behind":
        precompiled = sys.argv[2]
        del sys.argv[1:3]
    cut = sys.argv.index("--")
    source, others, compiler = sys.argv[1], sys.argv[2:cut], sys.argv[cut + 1:]
    family = "clang" if any("clang" in part for part in compiler[:2]) else "gcc"
    faults, message = faults_of(source, others, compiler, family, precompiled)
    for fault in faults:
        print(f"{source}: {fault}")
    print(message)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
