#!/usr/bin/env python3
"""Measures the networks of torch_mlp.cpp, torch_cnn.cpp and torch_lstm.cpp in PyTorch: plain SGD steps or predictions with
random inputs, float32. Prints one line for bench/beside.py: the median milliseconds of a step or prediction, measured for
the given seconds, the additional memory (without --compile, because the compiler also uses memory), the number of
parameters, and the first loss.

usage: torch_steps.py NET (train|predict) BATCH THREADS [--seconds S | --serve] [--compile] [--channels-last] [--cpus LIST]

NET: mlp, small-vgg, vgg19, mobilenet-v2, googlenet, lstm-200, lstm-650 (BATCH is then the number of streams; each has 70
time steps). For predictions, batch normalisation is folded into the convolutions, as in the library.
--serve          measures once for each line of standard input, which contains the number of seconds
--compile        uses torch.compile, which requires a C++ compiler; predictions use frozen weights
--channels-last  stores images and weights in this memory format
--cpus LIST      pins all threads to these processors after compilation, for example 0,1
"""
import argparse
import os
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

VOCABULARY, STEPS = 50, 70
# The numbers of parameters of the library's networks.
PARAMETERS = {"mlp": 669706, "small-vgg": 1188170, "vgg19": 20040522, "mobilenet-v2": 2296922, "googlenet": 6166250, "lstm-200": 663250,
              "lstm-650": 6835450}


def unit(into, out, kernel):
    return [nn.Conv2d(into, out, kernel, padding=kernel // 2), nn.BatchNorm2d(out), nn.ReLU(inplace=True)]


def vgg(plan, features):
    """Returns a VGG network. In `plan`, a positive number is a 3 x 3 unit with this number of channels, and 0 is a pooling
    layer that halves the image. `features` is the number of inputs of the last layer."""
    layers, into = [], 3
    for out in plan:
        layers += [nn.MaxPool2d(2)] if out == 0 else unit(into, out, 3)
        into = out or into
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, 10))


def convolution(into, out, kernel, stride=1, groups=1):
    return [nn.Conv2d(into, out, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(out)]


class Bottleneck(nn.Module):
    def __init__(self, into, out, expansion, stride):
        super().__init__()
        wide = expansion * into
        self.path = nn.Sequential(*convolution(into, wide, 1), nn.ReLU(inplace=True),
                                  *convolution(wide, wide, 3, stride, wide), nn.ReLU(inplace=True),
                                  *convolution(wide, out, 1))
        self.adds = stride == 1
        self.shortcut = nn.Sequential(*(convolution(into, out, 1) if self.adds and into != out else []))

    def forward(self, x):
        y = self.path(x)
        return y + self.shortcut(x) if self.adds else y


def mobilenet_v2():
    layers, into = [*convolution(3, 32, 3), nn.ReLU(inplace=True)], 32
    for expansion, out, count, stride in ((1, 16, 1, 1), (6, 24, 2, 1), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                          (6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(count):
            layers.append(Bottleneck(into, out, expansion, stride if i == 0 else 1))
            into = out
    return nn.Sequential(*layers, *convolution(320, 1280, 1), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1),
                         nn.Flatten(), nn.Linear(1280, 10))


class Inception(nn.Module):
    def __init__(self, into, n1, r3, n3, r5, n5, pooled):
        super().__init__()
        self.branches = nn.ModuleList([
            nn.Sequential(*unit(into, n1, 1)), nn.Sequential(*unit(into, r3, 1), *unit(r3, n3, 3)),
            nn.Sequential(*unit(into, r5, 1), *unit(r5, n5, 3), *unit(n5, n5, 3)),
            nn.Sequential(nn.MaxPool2d(3, 1, 1), *unit(into, pooled, 1))])

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def googlenet():
    return nn.Sequential(
        *unit(3, 192, 3), Inception(192, 64, 96, 128, 16, 32, 32), Inception(256, 128, 128, 192, 32, 96, 64),
        nn.MaxPool2d(3, 2, 1), Inception(480, 192, 96, 208, 16, 48, 64), Inception(512, 160, 112, 224, 24, 64, 64),
        Inception(512, 128, 128, 256, 24, 64, 64), Inception(512, 112, 144, 288, 32, 64, 64),
        Inception(528, 256, 160, 320, 32, 128, 128), nn.MaxPool2d(3, 2, 1),
        Inception(832, 256, 160, 320, 32, 128, 128), Inception(832, 384, 192, 384, 48, 128, 128), nn.AvgPool2d(8),
        nn.Flatten(), nn.Linear(1024, 10))


class Language(nn.Module):
    """An embedding and two LSTM layers of `width` features each, and a linear layer. `forward` returns scores and state."""

    def __init__(self, width):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, width)
        self.lstm = nn.LSTM(width, width, num_layers=2)
        self.head = nn.Linear(width, VOCABULARY)

    def forward(self, x, state):
        output, state = self.lstm(self.embedding(x), state)
        return self.head(output.flatten(0, 1)), state


NETS = {
    "mlp": lambda: nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)),
    "small-vgg": lambda: vgg([64, 64, 0, 128, 128, 0, 256, 256, 0], 4096),
    "vgg19": lambda: vgg([64, 64, 0, 128, 128, 0, *[256] * 4, 0, *[512] * 4, 0, *[512] * 4, 0], 512),
    "mobilenet-v2": mobilenet_v2,
    "googlenet": googlenet,
    "lstm-200": lambda: Language(200),
    "lstm-650": lambda: Language(650),
}


def parameter_count(net):
    return sum(value.numel() for value in net.parameters())


def fold(net):
    """Folds each batch normalisation into the convolution before it, in every Sequential."""
    for module in net.modules():
        if not isinstance(module, nn.Sequential):
            continue
        for i in range(len(module) - 1):
            if isinstance(module[i], nn.Conv2d) and isinstance(module[i + 1], nn.BatchNorm2d):
                module[i], module[i + 1] = fuse_conv_bn_eval(module[i], module[i + 1]), nn.Identity()


def training_step(net, x, y, options):
    """Returns a function that trains for one step and returns its loss."""
    optimizer = torch.optim.SGD(net.parameters(), 0.01)

    def loss_of(x, y):
        return functional.cross_entropy(net(x), y)

    def recurrent_loss(x, y, state):
        scores, state = net(x, state)
        return functional.cross_entropy(scores, y), state

    compiled = torch.compile if options.compile else lambda function: function
    if isinstance(net, Language):
        forward, width = compiled(recurrent_loss), net.lstm.hidden_size
        state = [torch.zeros(2, options.batch, width), torch.zeros(2, options.batch, width)]
    else:
        forward, state = compiled(loss_of), None

    def step():
        optimizer.zero_grad()
        if state is None:
            loss = forward(x, y)
        else:
            loss, after = forward(x, y, tuple(state))
            state[:] = [part.detach() for part in after]
        loss.backward()
        optimizer.step()
        return loss

    return step


def prediction(net, x, options):
    net.eval()
    fold(net)
    if options.compile:
        from torch._inductor import config
        config.freezing = True
        net = torch.compile(net)

    def predict():
        with torch.inference_mode():
            return functional.softmax(net(x), 1)

    return predict


def megabytes(field):
    with open("/proc/self/status") as status:
        return next((int(line.split()[1]) / 1024 for line in status if line.startswith(field + ":")), 0)


def pin(cpus):
    """Pins all threads of this process, including those started later, to these processors."""
    for task in os.listdir("/proc/self/task"):
        os.sched_setaffinity(int(task), {int(cpu) for cpu in cpus.split(",")})


def median_milliseconds(call, seconds):
    times, start = [], time.perf_counter()
    while not times or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - before))
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("net", choices=NETS)
    parser.add_argument("mode", choices=["train", "predict"])
    parser.add_argument("batch", type=int)
    parser.add_argument("threads", type=int)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--cpus")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_float32_matmul_precision("highest")
    torch.manual_seed(1)
    before = megabytes("VmRSS")
    net = NETS[options.net]()
    count = parameter_count(net)
    if count != PARAMETERS[options.net]:
        sys.exit(f"torch_steps: {options.net} has {count} parameters, that of the library has {PARAMETERS[options.net]}")
    if options.net.startswith("lstm"):
        x = torch.randint(0, VOCABULARY, (STEPS, options.batch))
        y = torch.randint(0, VOCABULARY, (STEPS * options.batch,))
    else:
        x = torch.randn(options.batch, *((784,) if options.net == "mlp" else (3, 32, 32)))
        y = torch.randint(0, 10, (options.batch,))
    if options.channels_last:
        x, net = x.to(memory_format=torch.channels_last), net.to(memory_format=torch.channels_last)
    train = options.mode == "train"
    call = training_step(net, x, y, options) if train else prediction(net, x, options)
    first_loss = call().item() if train else None
    if options.cpus:
        pin(options.cpus)
    start = time.perf_counter()
    for _ in range(5):
        call()
        if time.perf_counter() - start > 1:
            break
    for line in sys.stdin if options.serve else [options.seconds]:
        words = [f"ms={median_milliseconds(call, float(line)):.6g}"]
        if not options.compile:
            words.append(f"mb={megabytes('VmHWM') - before:.6g}")
        words.append(f"parameters={count}")
        if train:
            words.append(f"loss={first_loss:.6g}")
        print(*words, f"peer=torch-{torch.__version__}", flush=True)


if __name__ == "__main__":
    main()
