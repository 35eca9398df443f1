"""The settings in which a program can be measured, and the search for the best one."""
import dataclasses
import os
import pathlib

CORE_TYPE = "OPENBLAS_CORETYPE"
TUNED_MALLOC = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "8589934592"}
UNSET = "unset"


@dataclasses.dataclass(frozen=True)
class Setting:
    """The setting of a run.

    threads: number of threads that the program gets as an argument
    openmp, openblas: number of threads in OMP_NUM_THREADS and OPENBLAS_NUM_THREADS
    core: OPENBLAS_CORETYPE, "unset" to remove this variable, or "" to leave it unchanged
    malloc: whether to raise the thresholds of glibc, so that memory of large tensors is reused, not mapped at each step
    layout: "channels-last" or ""
    """
    threads: int
    openmp: int = 1
    openblas: int = 1
    core: str = ""
    malloc: bool = False
    layout: str = ""

    def environment(self):
        """Returns the environment variables of the run."""
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
    """Returns the values of OPENBLAS_CORETYPE to try, and notes on the values that are omitted. Several values are tried
    because an OpenBLAS that is older than the processor may not detect it, and a value in the environment may be a slow
    one."""
    types, notes = [UNSET], []
    if has_avx512():
        types.append("SkylakeX")
    else:
        notes.append("OPENBLAS_CORETYPE=SkylakeX is omitted: this processor has no AVX-512, so OpenBLAS would end with SIGILL")
    given = os.environ.get(CORE_TYPE)
    if given and given not in types:
        types.append(given)
    return types, notes


def splits(threads):
    """Returns triples of the threads of the program, OpenMP and OpenBLAS. Each is the fastest for libtorch in some rows."""
    if threads == 1:
        return [(1, 1, 1)]
    return [(2, 2, 1), (1, 1, 1), (1, 1, 2), (2, 2, 2)]


class Failed(Exception):
    """A program failed in a setting."""


def changed(setting, field, value):
    if field == "split":
        threads, openmp, openblas = value
        return dataclasses.replace(setting, threads=threads, openmp=openmp, openblas=openblas)
    return dataclasses.replace(setting, **{field: value})


def search(start, choices, milliseconds):
    """Searches for the fastest setting, field by field.

    Begins with `start`. For each pair (field, values) in `choices`, measures all values of the field, with the best values
    of the fields before it, and keeps the fastest. `milliseconds(setting)` returns a time, or raises Failed. Returns a list
    of one or two settings, the fastest first (the second if it is at most 5 % slower, so that longer runs can decide), and
    a list of pairs (setting, text) of those that failed.
    """
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
