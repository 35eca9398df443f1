#!/usr/bin/env python3
"""Writes tests/golden/torch_reference.hpp: results of PyTorch for layers and update rules, in float64.

usage: python3 tests/tools/torch_golden.py          needs torch (Debian: python3-torch); the file records its version

Images and weights are converted to this library's layout: channels last, and [kernel height, kernel width, in, out].
"""
from pathlib import Path

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
HEADER = Path(__file__).resolve().parent.parent / "golden" / "torch_reference.hpp"


def array(name, values):
    lines, line = [], "       "
    for value in values:
        text = f" {value!r},"
        if len(line + text) > 100:
            lines.append(line)
            line = "       "
        line += text
    return [f"    static constexpr double {name}[] = {{", *lines, line, "    };"]


def flat(tensor):
    return tensor.detach().contiguous().reshape(-1).tolist()


def image(tensor):
    return flat(tensor.permute(0, 2, 3, 1)) if tensor.dim() == 4 else flat(tensor)


def weight(tensor):
    if tensor.dim() == 4:
        return flat(tensor.permute(2, 3, 1, 0))
    return flat(tensor.t()) if tensor.dim() == 2 else flat(tensor)


def layer(name, module, extents, training=True, short=False):
    """Writes data of one layer: input, parameters, statistics before; output; gradients of sum(output * output_gradient);
    statistics after. `short`: inputs and parameters are rounded to few digits."""
    def given(tensor):
        return torch.round(tensor * 64) / 64 if short else tensor

    for parameter in module.parameters():
        nn.init.normal_(parameter, 0.3, 0.5)
        parameter.data = given(parameter.data)
    for buffer_name, buffer in module.named_buffers():
        if buffer_name.endswith("mean"):
            nn.init.normal_(buffer)
        elif buffer_name.endswith("var"):
            nn.init.uniform_(buffer, 0.5, 2)
    module.train(training)
    statistics = [b.clone() for n, b in module.named_buffers() if not n.endswith("tracked")]
    x = given(torch.randn(extents)).requires_grad_()
    y = module(x)
    cotangent = given(torch.randn(y.shape))
    (y * cotangent).sum().backward()
    after = [b for n, b in module.named_buffers() if not n.endswith("tracked")]
    out = ["", f"struct {name} {{", f"    static constexpr std::size_t batch = {extents[0]};"]
    out += array("input", image(x)) + array("output", image(y))
    out += array("output_gradient", image(cotangent)) + array("input_gradient", image(x.grad))
    for i, parameter in enumerate(module.parameters()):
        out += array(f"parameter_{i}", weight(parameter)) + array(f"gradient_{i}", weight(parameter.grad))
    for i, (before, later) in enumerate(zip(statistics, after)):
        out += array(f"statistic_{i}", flat(before)) + array(f"committed_{i}", flat(later))
    return out + ["};"]


class SqueezeExcite(nn.Module):
    """Hu et al., arXiv 1709.01507, with its two products as 1 x 1 convolutions."""

    def __init__(self, channels, reduced):
        super().__init__()
        self.reduce, self.expand = nn.Conv2d(channels, reduced, 1), nn.Conv2d(reduced, channels, 1)

    def forward(self, x):
        gate = torch.relu(self.reduce(x.mean((2, 3), keepdim=True)))
        return x * torch.sigmoid(self.expand(gate))


def recurrent(name, module, steps, batch):
    """Writes data of a recurrent layer: time steps first, with a nonzero initial state. Gradients as for other layers; the
    final state has no gradient."""
    for parameter in module.parameters():
        nn.init.normal_(parameter, 0.1, 0.5)
    x = torch.randn(steps, batch, module.input_size, requires_grad=True)
    before = [0.7 * torch.randn(1, batch, module.hidden_size) for _ in range(2 if isinstance(module, nn.LSTM) else 1)]
    y, after = module(x, tuple(before) if len(before) == 2 else before[0])
    cotangent = torch.randn(y.shape)
    (y * cotangent).sum().backward()
    out = ["", f"struct {name} {{", f"    static constexpr std::size_t batch = {batch};",
           f"    static constexpr std::size_t steps = {steps};"]
    out += array("carried", flat(torch.cat(before, 2)))
    out += array("carried_on", flat(torch.cat(after, 2) if len(before) == 2 else after))
    out += array("input", flat(x)) + array("output", flat(y))
    out += array("output_gradient", flat(cotangent)) + array("input_gradient", flat(x.grad))
    for i, parameter in enumerate(module.parameters()):
        out += array(f"parameter_{i}", weight(parameter)) + array(f"gradient_{i}", weight(parameter.grad))
    return out + ["};"]


def rule(name, make):
    """Writes data of six steps of an optimizer on three parameters, with gradients that do not depend on them."""
    values = torch.randn(3, requires_grad=True)
    gradients = torch.randn(6, 3)
    optimizer = make([values])
    start, path = flat(values), []
    for gradient in gradients:
        values.grad = gradient.clone()
        optimizer.step()
        path += flat(values)
    return ["", f"struct {name} {{", *array("start", start), *array("gradients", flat(gradients)),
            *array("path", path), "};"]


def main():
    torch.manual_seed(1)
    out = ["#pragma once", "", "#include <cstddef>", "",
           f"// Written by tests/tools/torch_golden.py with PyTorch {torch.__version__}, float64.", "",
           "namespace golden {"]
    out += layer("conv_plain", nn.Conv2d(3, 4, 3, padding=1), (2, 3, 4, 5))
    out += layer("conv_strided", nn.Conv2d(3, 2, (3, 2), stride=(2, 3), padding=(1, 0)), (2, 3, 5, 5))
    out += layer("conv_dilated", nn.Conv2d(2, 3, 3, padding=2, dilation=2, bias=False), (2, 2, 5, 4))
    out += layer("conv_grouped", nn.Conv2d(4, 6, 3, padding=1, groups=2), (2, 4, 4, 5))
    out += layer("conv_depthwise", nn.Conv2d(5, 5, 3, stride=2, padding=1, groups=5, bias=False), (2, 5, 3, 4))
    out += layer("conv_pointwise", nn.Conv2d(5, 3, 1), (2, 5, 3, 2))
    out += layer("batch_norm_training", nn.BatchNorm2d(3), (2, 3, 3, 4))
    out += layer("batch_norm_evaluation", nn.BatchNorm2d(3), (2, 3, 3, 4), training=False)
    out += layer("batch_norm_features", nn.BatchNorm1d(4), (5, 4))
    out += layer("layer_norm", nn.LayerNorm(6), (4, 6))
    out += layer("max_pool", nn.MaxPool2d(3, stride=2, padding=1), (2, 3, 4, 5))
    out += layer("average_pool", nn.AvgPool2d(3, stride=2, padding=1), (2, 3, 4, 5))
    out += layer("squeeze_excite", SqueezeExcite(4, 2), (2, 4, 3, 5))
    for name, module in (("gelu", nn.GELU()), ("silu", nn.SiLU()), ("relu6", nn.ReLU6())):
        out += layer(name, module, (4, 6))
    out += rule("sgd_momentum", lambda p: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=0.05))
    out += rule("sgd_nesterov", lambda p: torch.optim.SGD(p, 0.1, momentum=0.8, nesterov=True))
    out += rule("adam", lambda p: torch.optim.Adam(p, 0.05, betas=(0.8, 0.95), eps=1e-8, weight_decay=0.02))
    out += rule("adamw", lambda p: torch.optim.AdamW(p, 0.05, betas=(0.9, 0.99), eps=1e-8, weight_decay=0.1))
    out += recurrent("lstm", nn.LSTM(3, 5), 4, 2)
    out += recurrent("gru", nn.GRU(3, 5), 4, 2)
    # Large enough for Winograd transforms.
    out += layer("conv_wide", nn.Conv2d(16, 17, 3, padding=1), (1, 16, 5, 6), short=True)
    out += layer("max_pool_2", nn.MaxPool2d(2), (2, 3, 4, 5))
    out += layer("average_pool_3", nn.AvgPool2d(3, stride=(1, 2)), (2, 3, 4, 5))
    out += layer("global_average_pool", nn.AdaptiveAvgPool2d(1), (2, 5, 3, 4))
    out += ["", "}  // namespace golden", ""]
    HEADER.write_text("\n".join(out))


if __name__ == "__main__":
    main()
