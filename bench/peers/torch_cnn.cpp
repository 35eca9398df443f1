// Measures the convolutional networks of include/alrao/zoo for 32 x 32 images in libtorch: plain SGD steps or
// predictions with random inputs. Prints one line for bench/beside.py: the median milliseconds of a step or
// prediction, measured for the given seconds, and the additional memory.
//
// usage: torch_cnn NET (train|predict) BATCH THREADS SECONDS [channels-last]
//        NET: small-vgg, vgg19, mobilenet-v2, googlenet; channels-last: images and weights in that memory format

#include "../timing.hpp"
#include "torch_report.hpp"

#include <torch/torch.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

namespace nn = torch::nn;

nn::Conv2d convolution(long in, long out, long kernel, long stride = 1, long groups = 1, bool bias = true) {
    return nn::Conv2d(
        nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).groups(groups).bias(bias));
}

/// Convolution, batch normalisation, ReLU.
void add_unit(nn::Sequential& net, long in, long out, long kernel) {
    net->push_back(convolution(in, out, kernel));
    net->push_back(nn::BatchNorm2d(out));
    net->push_back(nn::ReLU(nn::ReLUOptions(true)));
}

/// Returns a VGG network. In `plan`, a positive number is a 3 x 3 unit with this number of channels, and 0 is
/// a pooling layer that halves the image. `features` is the number of inputs of the last layer.
nn::Sequential vgg(const std::vector<long>& plan, long features) {
    nn::Sequential net;
    long in = 3;
    for (const long out : plan) {
        if (out == 0) {
            net->push_back(nn::MaxPool2d(2));
        } else {
            add_unit(net, in, out, 3);
            in = out;
        }
    }
    net->push_back(nn::Flatten());
    net->push_back(nn::Linear(features, 10));
    return net;
}

struct BottleneckImpl : nn::Module {
    nn::Sequential path, shortcut;
    bool adds;

    BottleneckImpl(long in, long out, long expansion, long stride) : adds(stride == 1) {
        const long wide = expansion * in;
        path->push_back(convolution(in, wide, 1, 1, 1, false));
        path->push_back(nn::BatchNorm2d(wide));
        path->push_back(nn::ReLU(nn::ReLUOptions(true)));
        path->push_back(convolution(wide, wide, 3, stride, wide, false));
        path->push_back(nn::BatchNorm2d(wide));
        path->push_back(nn::ReLU(nn::ReLUOptions(true)));
        path->push_back(convolution(wide, out, 1, 1, 1, false));
        path->push_back(nn::BatchNorm2d(out));
        register_module("path", path);
        if (adds && in != out) {
            shortcut->push_back(convolution(in, out, 1, 1, 1, false));
            shortcut->push_back(nn::BatchNorm2d(out));
        }
        register_module("shortcut", shortcut);
    }
    torch::Tensor forward(torch::Tensor x) {
        const torch::Tensor y = path->forward(x);
        if (!adds) return y;
        return y + (shortcut->is_empty() ? x : shortcut->forward(x));
    }
};
TORCH_MODULE(Bottleneck);

nn::Sequential mobilenet_v2() {
    nn::Sequential net(convolution(3, 32, 3, 1, 1, false), nn::BatchNorm2d(32), nn::ReLU());
    struct Stage {
        long expansion, out, count, stride;
    };
    long in = 32;
    for (const Stage& stage : {Stage{1, 16, 1, 1},
                               {6, 24, 2, 1},
                               {6, 32, 3, 2},
                               {6, 64, 4, 2},
                               {6, 96, 3, 1},
                               {6, 160, 3, 2},
                               {6, 320, 1, 1}})
        for (long i = 0; i < stage.count; ++i) {
            net->push_back(Bottleneck(in, stage.out, stage.expansion, i == 0 ? stage.stride : 1));
            in = stage.out;
        }
    net->push_back(convolution(320, 1280, 1, 1, 1, false));
    net->push_back(nn::BatchNorm2d(1280));
    net->push_back(nn::ReLU());
    net->push_back(nn::AdaptiveAvgPool2d(1));
    net->push_back(nn::Flatten());
    net->push_back(nn::Linear(1280, 10));
    return net;
}

struct InceptionImpl : nn::Module {
    nn::Sequential b1, b2, b3, b4;

    InceptionImpl(long in, long n1, long r3, long n3, long r5, long n5, long pooled) {
        add_unit(b1, in, n1, 1);
        add_unit(b2, in, r3, 1);
        add_unit(b2, r3, n3, 3);
        add_unit(b3, in, r5, 1);
        add_unit(b3, r5, n5, 3);
        add_unit(b3, n5, n5, 3);
        b4->push_back(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(1).padding(1)));
        add_unit(b4, in, pooled, 1);
        register_module("b1", b1);
        register_module("b2", b2);
        register_module("b3", b3);
        register_module("b4", b4);
    }
    torch::Tensor forward(torch::Tensor x) {
        return torch::cat({b1->forward(x), b2->forward(x), b3->forward(x), b4->forward(x)}, 1);
    }
};
TORCH_MODULE(Inception);

nn::Sequential googlenet() {
    nn::Sequential net;
    const auto halve = [&] { net->push_back(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(2).padding(1))); };
    add_unit(net, 3, 192, 3);
    net->push_back(Inception(192, 64, 96, 128, 16, 32, 32));
    net->push_back(Inception(256, 128, 128, 192, 32, 96, 64));
    halve();
    net->push_back(Inception(480, 192, 96, 208, 16, 48, 64));
    net->push_back(Inception(512, 160, 112, 224, 24, 64, 64));
    net->push_back(Inception(512, 128, 128, 256, 24, 64, 64));
    net->push_back(Inception(512, 112, 144, 288, 32, 64, 64));
    net->push_back(Inception(528, 256, 160, 320, 32, 128, 128));
    halve();
    net->push_back(Inception(832, 256, 160, 320, 32, 128, 128));
    net->push_back(Inception(832, 384, 192, 384, 48, 128, 128));
    net->push_back(nn::AvgPool2d(8));
    net->push_back(nn::Flatten());
    net->push_back(nn::Linear(1024, 10));
    return net;
}

nn::Sequential named(const std::string& name) {
    if (name == "small-vgg") return vgg({64, 64, 0, 128, 128, 0, 256, 256, 0}, 4096);
    if (name == "vgg19")
        return vgg(
            {64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0},
            512);
    if (name == "mobilenet-v2") return mobilenet_v2();
    if (name == "googlenet") return googlenet();
    std::cerr << "torch_cnn: NET must be small-vgg, vgg19, mobilenet-v2 or googlenet, got " << name << "\n";
    std::exit(2);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 6 && (count != 7 || std::string(arguments[6]) != "channels-last")) {
        std::cerr << "usage: torch_cnn NET (train|predict) BATCH THREADS SECONDS [channels-last]\n";
        return 2;
    }
    const std::string mode = arguments[2];
    const long batch = std::atol(arguments[3]);
    torch::set_num_threads(std::atoi(arguments[4]));
    const double seconds = std::atof(arguments[5]);
    torch::manual_seed(1);

    const double before = bench::resident_megabytes();
    nn::Sequential net = named(arguments[1]);
    auto x = torch::randn({batch, 3, 32, 32});
    if (count == 7) {
        x = x.contiguous(torch::MemoryFormat::ChannelsLast);
        for (auto& parameter : net->parameters())
            if (parameter.dim() == 4)
                parameter.set_data(parameter.detach().contiguous(torch::MemoryFormat::ChannelsLast));
    }
    const auto y = torch::randint(0, 10, {batch}, torch::kLong);
    double milliseconds = 0, first_loss = 0;
    if (mode == "train") {
        torch::optim::SGD optimizer(net->parameters(), torch::optim::SGDOptions(0.01));
        const auto step = [&] {
            optimizer.zero_grad();
            const auto loss = nn::functional::cross_entropy(net->forward(x), y);
            loss.backward();
            optimizer.step();
            return loss;
        };
        first_loss = step().item<double>();
        milliseconds = bench::median_milliseconds(seconds, step, 2);
    } else {
        const torch::InferenceMode no_gradients;
        net->eval();
        milliseconds = bench::median_milliseconds(
            seconds, [&] { torch::softmax(net->forward(x), 1).sum().item<float>(); }, 2);
    }
    bench::report(milliseconds, before, *net, first_loss);
}
