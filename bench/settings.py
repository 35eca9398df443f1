"""In which settings a program is timed, and the search for the best of them."""
import dataclasses
import os
import pathlib

CORE_TYPE = "OPENBLAS_CORETYPE"
TUNED_MALLOC = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "8589934592"}
UNSET = "unset"


@dataclasses.dataclass(frozen=True)
class Setting:
    """What one run is given. `core`: OPENBLAS_CORETYPE, "unset", or "" where it does not matter; `openmp`, `openblas`:
    threads; `malloc`: thresholds of glibc raised, so that large tensors are not mapped anew at each step; `layout`:
    "channels-last" or ""."""
    threads: int
    openmp: int = 1
    openblas: int = 1
    core: str = ""
    malloc: bool = False
    layout: str = ""

    def environment(self):
        """The environment of the run."""
        result = {**os.environ, "OMP_NUM_THREADS": str(self.openmp), "OPENBLAS_NUM_THREADS": str(self.openblas),
                  "OMP_DYNAMIC": "false"}
        if self.core == UNSET:
            result.pop(CORE_TYPE, None)
        elif self.core:
            result[CORE_TYPE] = self.core
        for name, value in TUNED_MALLOC.items():
            result.pop(name, None)
            if self.malloc:
                result[name] = value
        return result

    def name(self, with_blas):
        words = [f"OMP{self.openmp}"]
        if with_blas:
            words += [f"OB{self.openblas}", f"core {self.core}"]
        return ", ".join(words + [self.layout] * bool(self.layout) + ["malloc"] * self.malloc)


def has_avx512():
    try:
        return "avx512f" in pathlib.Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False


def core_types():
    """The values of OPENBLAS_CORETYPE to try, and what is said of those left out. An old OpenBLAS does not know a new
    processor, and one that the environment names may halve its speed."""
    types, notes = [UNSET], []
    if has_avx512():
        types.append("SkylakeX")
    else:
        notes.append("OPENBLAS_CORETYPE=SkylakeX is left out: this processor has no AVX-512, and OpenBLAS would end by SIGILL")
    given = os.environ.get(CORE_TYPE)
    if given and given not in types:
        types.append(given)
    return types, notes


def splits(threads):
    """Threads of (the program, OpenMP, OpenBLAS) in which libtorch is at its best somewhere."""
    if threads == 1:
        return [(1, 1, 1)]
    return [(2, 2, 1), (1, 1, 1), (1, 1, 2), (2, 2, 2)]


class Failed(Exception):
    """A program could not run in a setting."""


def changed(setting, field, value):
    if field == "split":
        threads, openmp, openblas = value
        return dataclasses.replace(setting, threads=threads, openmp=openmp, openblas=openblas)
    return dataclasses.replace(setting, **{field: value})


def search(start, choices, milliseconds):
    """Tries one thing after the other, each at the best of those before, and returns at most two settings, the best first:
    the second where it is within 5 %, so that longer runs decide. `choices`: (field, values) in turn;
    `milliseconds(setting)` raises Failed where a setting cannot run. Also returns what failed."""
    times, failures = {}, []

    def tried(setting):
        if setting not in times:
            try:
                times[setting] = milliseconds(setting)
            except Failed as failure:
                times[setting] = float("inf")
                failures.append((setting, str(failure)))
        return times[setting]

    best = start
    for field, values in choices:
        best = min((changed(best, field, value) for value in values), key=tried)
    tried(best)
    ranked = sorted((s for s in times if times[s] < float("inf")), key=times.get)
    return [s for s in ranked[:2] if times[s] <= 1.05 * times[ranked[0]]], failures
