#!/usr/bin/env python3
"""Writes tests/golden/rules_reference.hpp: trajectories of optimizers that measure their rates or average their
parameters, by the programs of their authors in float64.

usage: python3 tests/tools/rules_golden.py
needs torch, prodigyopt, schedulefree and dog-optimizer (all from the Python package index)

Four tensors with 12, 4, 8 and 2 numbers. Number i of all begins at 0.3 sin(1 + i) and has in step t = 1, 2, ... the
gradient a (w - b) + 0.05 sin(0.7 t + 0.3 i), where a = 0.5 + 0.4 (i mod 5) and b = cos(i).
"""
import math
from importlib.metadata import version
from pathlib import Path

import prodigyopt
import schedulefree
import torch
from dog import LDoG, PolynomialDecayAverager

torch.set_default_dtype(torch.float64)
HEADER = Path(__file__).resolve().parent.parent / "golden" / "rules_reference.hpp"
SIZES = [12, 4, 8, 2]
STEPS = [1, 10, 60]


def numbers(values):
    lines, line = [], "       "
    for value in values:
        text = f" {value!r},"
        if len(line + text) > 100:
            lines.append(line)
            line = "       "
        line += text
    return [*lines, line]


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        at, tensors = 0, []
        for size in SIZES:
            tensors.append(torch.nn.Parameter(torch.tensor([0.3 * math.sin(1 + at + k) for k in range(size)])))
            at += size
        self.tensors = torch.nn.ParameterList(tensors)

    def set_gradients(self, t):
        at = 0
        for tensor in self.tensors:
            i = torch.arange(at, at + tensor.numel(), dtype=torch.float64)
            a, b = 0.5 + 0.4 * (i % 5), torch.cos(i)
            tensor.grad = a * (tensor.detach() - b) + 0.05 * torch.sin(0.7 * t + 0.3 * i)
            at += tensor.numel()

    def flat(self):
        return [value for tensor in self.tensors for value in tensor.detach().tolist()]


def run(make, factor=lambda t: 1.0):
    """Parameters after the steps of STEPS, and those for predictions after the last one."""
    model = Model()
    optimizer = make(model)
    rates = [group["lr"] for group in optimizer.param_groups]
    averager = PolynomialDecayAverager(model) if isinstance(optimizer, LDoG) else None
    if hasattr(optimizer, "train"):
        optimizer.train()
    trajectory = []
    for t in range(1, STEPS[-1] + 1):
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * factor(t)
        model.set_gradients(t)
        optimizer.step()
        if averager:
            averager.step()
        if t in STEPS:
            trajectory += model.flat()
    if averager:
        return trajectory, averager.av_model.flat()
    if hasattr(optimizer, "eval"):
        optimizer.eval()
    return trajectory, model.flat()


class NAdamW(torch.optim.Optimizer):
    """The rule NAdamW of the library, written from its formula."""

    def __init__(self, parameters, lr, growth, decay):
        super().__init__(parameters, dict(lr=lr))
        self.growth, self.decay, self.t = growth, decay, 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        t = self.t
        b2 = min(1 - t ** -self.growth, 0.999) if self.growth else 0.999
        for group in self.param_groups:
            for k, p in enumerate(group["params"]):
                state = self.state[p]
                m, v = state.setdefault("m", torch.zeros_like(p)), state.setdefault("v", torch.zeros_like(p))
                m.mul_(0.9).add_(p.grad, alpha=0.1)
                v.mul_(b2).addcmul_(p.grad, p.grad, value=1 - b2)
                second = v if self.growth else v / (1 - b2**t)
                u = (0.9 * m / (1 - 0.9 ** (t + 1)) + 0.1 * p.grad / (1 - 0.9**t)) / (second.sqrt() + 1e-8)
                matrix = k % 2 == 0  # the others are biases
                p.mul_(1 - group["lr"] * (self.decay if matrix else 0)).sub_(group["lr"] * u)


cosine = lambda t: 0.5 * (1 + math.cos(math.pi * (t - 1) / STEPS[-1]))
RUNS = {
    "prodigy": (lambda m: prodigyopt.Prodigy(m.tensors, lr=1.0), lambda t: 1.0),
    "prodigy_cosine": (lambda m: prodigyopt.Prodigy(m.tensors, lr=1.0, weight_decay=0.01, d0=1e-4), cosine),
    "ldog": (lambda m: LDoG(m.tensors, reps_rel=1e-3), lambda t: 1.0),
    "schedule_free_sgd": (lambda m: schedulefree.SGDScheduleFree(m.tensors, lr=0.3), lambda t: 1.0),
    "schedule_free_sgd_warm_up": (
        lambda m: schedulefree.SGDScheduleFree(m.tensors, lr=0.3, warmup_steps=7, weight_decay=0.01, momentum=0.8),
        lambda t: 1.0),
    "schedule_free_adamw": (lambda m: schedulefree.AdamWScheduleFree(m.tensors, lr=0.05), lambda t: 1.0),
    "schedule_free_adamw_warm_up": (
        lambda m: schedulefree.AdamWScheduleFree(m.tensors, lr=0.05, warmup_steps=7, weight_decay=0.01),
        lambda t: 1.0),
    "nadamw": (lambda m: NAdamW(m.tensors, 0.05, 0, 0.01), cosine),
    "nadamw_growing": (lambda m: NAdamW(m.tensors, 0.05, 0.8, 0.01), cosine),
}
packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "prodigyopt", "schedulefree", "dog-optimizer"))
out = [
    "#pragma once",
    "",
    f"// Written by tests/tools/rules_golden.py, which describes the problem, with {packages}.",
    "",
    "namespace golden::rules {",
    "",
    f"inline constexpr int steps[] = {{{', '.join(map(str, STEPS))}}};",
]
for name, (make, factor) in RUNS.items():
    trajectory, prediction = run(make, factor)
    out += ["", f"inline constexpr double {name}[] = {{  // after each of these steps", *numbers(trajectory), "};",
            f"inline constexpr double {name}_prediction[] = {{", *numbers(prediction), "};"]
out += ["", "}  // namespace golden::rules", ""]
HEADER.write_text("\n".join(out))
