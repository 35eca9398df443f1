#!/usr/bin/env python3
"""Tests that a comparison can be resumed: finished runs are not repeated, and a run whose line in the file is incomplete is
made again with the same figures.

usage: resumes.py CSV PROGRAM ARGUMENT...          CSV: the file for --csv; it is overwritten
"""
import subprocess
import sys
from pathlib import Path


def main():
    csv, program = Path(sys.argv[1]), sys.argv[2:]
    csv.unlink(missing_ok=True)

    def run():
        """Runs the program. Returns its output and the lines of the CSV file."""
        said = subprocess.run([*program, "--csv", csv], check=True, capture_output=True, text=True).stdout
        return said, csv.read_text().splitlines()

    def figures(lines):
        """The lines without the last column, the seconds."""
        return [line.rsplit(",", 1)[0] for line in lines]

    said, whole = run()
    assert len(whole) > 3 and said.count("\n") > 3, said
    assert run() == (said, whole), "finished runs were repeated"
    text = csv.read_text()
    csv.write_text(text[: text.index(whole[-1]) + 40])                  # as if it was stopped while writing the last line
    _, again = run()
    kept, cut, last = again[: len(whole) - 1], again[len(whole) - 1], again[-1]
    assert kept == whole[:-1] and whole[-1].startswith(cut) and len(again) == len(whole) + 1, again
    assert figures([last]) == figures(whole[-1:]), "the repeated run has other figures"
    return 0


if __name__ == "__main__":
    sys.exit(main())
