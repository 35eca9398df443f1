#!/usr/bin/env python3
"""Does a comparison that was stopped go on when it is run again? Finished runs are not repeated, one that was cut short in
the file is.

usage: resumes.py CSV PROGRAM ARGUMENT...          CSV: a file to be written
"""
import subprocess
import sys
from pathlib import Path


def main():
    csv, program = Path(sys.argv[1]), sys.argv[2:]
    csv.unlink(missing_ok=True)

    def run():
        """What it says, and the lines of the file; the clock's column counts only while nothing was run."""
        said = subprocess.run([*program, "--csv", csv], check=True, capture_output=True, text=True).stdout
        return said, csv.read_text().splitlines()

    def figures(lines):
        return [line.rsplit(",", 1)[0] for line in lines]

    said, whole = run()
    assert len(whole) > 3 and said.count("\n") > 3, said
    assert run() == (said, whole), "finished runs were repeated"
    text = csv.read_text()
    csv.write_text(text[: text.index(whole[-1]) + 40])                  # stopped while the last line was written
    _, again = run()
    kept, cut, last = again[: len(whole) - 1], again[len(whole) - 1], again[-1]
    assert kept == whole[:-1] and whole[-1].startswith(cut) and len(again) == len(whole) + 1, again
    assert figures([last]) == figures(whole[-1:]), "the run that was cut short came to other figures"
    return 0


if __name__ == "__main__":
    sys.exit(main())
