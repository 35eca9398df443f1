"""The programs that bench/beside.py measures: how each is started in a setting, and how its output is read."""
import dataclasses
import os
import pathlib
import subprocess

import settings
from settings import Failed, Setting


def parsed(line):
    return dict(pair.split("=", 1) for pair in line.split() if "=" in pair)


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else "nothing was printed"


class Process:
    """A program that is started again for each measurement. `measure` raises Failed if it ends with an error."""

    def __init__(self, command, extra, setting, cpus):
        self.command, self.extra, self.setting, self.cpus = command, extra, setting, cpus

    def measure(self, seconds):
        command = ["taskset", "-c", self.cpus, *self.command, str(self.setting.threads), str(seconds), *self.extra]
        done = subprocess.run(command, env=self.setting.environment(), capture_output=True, text=True)
        if done.returncode != 0:
            signal = f"signal {-done.returncode}: " if done.returncode < 0 else ""
            raise Failed(signal + last_line(done.stderr))
        return parsed(done.stdout)

    def close(self):
        pass


class Server:
    """A program that is started once and measures each time it reads a number of seconds from its standard input. It is
    used for PyTorch, because torch.compile takes minutes. `measure` raises Failed if the program has ended."""

    def __init__(self, command, extra, setting, cpus, log):
        self.log = log
        with open(log, "a") as errors:
            self.process = subprocess.Popen([*command, str(setting.threads), *extra, "--cpus", cpus], text=True,
                                            env=setting.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=errors)

    def measure(self, seconds):
        try:
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        while line and not line.startswith("ms="):
            line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{last_line(pathlib.Path(self.log).read_text())[:200]} (more in {self.log})")
        return parsed(line)

    def close(self):
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                pipe.close()
            except BrokenPipeError:
                pass
        self.process.wait()


@dataclasses.dataclass
class Row:
    """A row of a table: a network, "train" or "predict", and the batch size."""
    name: str
    net: str
    mode: str
    batch: int

    @property
    def is_convolutional(self):
        return not self.net.startswith(("mlp", "lstm"))

    def of_programs(self):
        """Returns the programs of the library and of libtorch, each with the arguments before threads and seconds."""
        batch = str(self.batch)
        if self.net == "mlp":
            own = "bench_steps_mlp" if self.mode == "train" else "bench_inference_mlp"
            return [own, batch], ["bench_peers_torch_mlp", self.mode, batch]
        if self.net.startswith("lstm-"):
            width = self.net.removeprefix("lstm-")
            return ["bench_steps_lstm", width, "train"], ["bench_peers_torch_lstm", width]
        arguments = [self.net, self.mode, batch]
        return ["bench_steps_cnn", *arguments], ["bench_peers_torch_cnn", *arguments]


class Ours:
    """A build of the library. If BLAS computes its products, all core types of OpenBLAS are tried."""

    def __init__(self, build, mark, core_types):
        self.build, self.mark, self.core_types = build, mark, core_types
        self.name = f"ours{mark}"

    def files(self, row):
        return [f"{self.build}/bench/{row.of_programs()[0][0]}"]

    def timer(self, row, setting, cpus):
        program, *arguments = row.of_programs()[0]
        return Process([f"{self.build}/bench/{program}", *arguments], [], setting, cpus)

    def choices(self, row, threads, by_blas=True):
        return Setting(threads, core=self.core_types[0]), [("core", self.core_types if by_blas else self.core_types[:1])]

    def describe(self, setting, by_blas):
        return f"BLAS, core {setting.core}" if by_blas else "own tiles"


class Libtorch:
    """libtorch, as installed on the system, in C++ programs of the build."""

    def __init__(self, build, core_types):
        self.build, self.core_types = build, core_types
        self.name = "libtorch"

    def files(self, row):
        return [f"{self.build}/bench/{row.of_programs()[1][0]}"]

    def timer(self, row, setting, cpus):
        program, *arguments = row.of_programs()[1]
        return Process([f"{self.build}/bench/{program}", *arguments], [setting.layout] * bool(setting.layout), setting, cpus)

    def choices(self, row, threads):
        choices = [("split", settings.splits(threads)), ("core", self.core_types)]
        if row.is_convolutional:
            choices.append(("layout", ["", "channels-last"]))
        return Setting(threads, core=self.core_types[0], malloc=True), [*choices, ("malloc", [True, False])]

    def describe(self, setting, _):
        return setting.name(with_blas=True)


class Torch:
    """PyTorch in Python (bench/peers/torch_steps.py), for example a newer version than that of libtorch. Its packages do
    not use OpenBLAS, so there is no core type to try."""

    def __init__(self, python, compiles, cache):
        self.python, self.compiles, self.cache = python, compiles, cache
        self.name = "torch compile" if compiles else "torch eager"
        self.script = str(pathlib.Path(__file__).parent / "peers" / "torch_steps.py")
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = f"{cache}/torch-compile"
        pathlib.Path(cache).mkdir(parents=True, exist_ok=True)

    def files(self, row):
        return [self.python, self.script]

    def timer(self, row, setting, cpus):
        extra = ["--serve"] + ["--compile"] * self.compiles + ["--channels-last"] * bool(setting.layout)
        return Server([self.python, self.script, row.net, row.mode, str(row.batch)], extra, setting, cpus,
                      f"{self.cache}/torch.log")

    def choices(self, row, threads):
        # torch.compile takes minutes, and chooses channels last for convolutions in any case, so only this layout is tried.
        layout = "channels-last" if row.is_convolutional and self.compiles else ""
        choices = []
        if row.net == "mlp" and threads == 2:
            choices.append(("split", [(2, 2, 1), (1, 1, 1)]))
        if not self.compiles:
            if row.is_convolutional:
                choices.append(("layout", ["", "channels-last"]))
            choices.append(("malloc", [True, False]))
        return Setting(threads, openmp=threads, malloc=True, layout=layout), choices

    def describe(self, setting, _):
        return setting.name(with_blas=False)
