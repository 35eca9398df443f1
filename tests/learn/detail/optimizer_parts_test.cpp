#include <alrao/learn/detail/optimizer_parts.hpp>

#include "../../error_of.hpp"
#include "../small_task.hpp"
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace learn_detail_optimizer_parts_test {

using namespace alrao;
using Net = small::Mlp<float, 4>;

TEST_CASE("fault_of distinguishes the faults of a snapshot") {
    const Net net{Seed{1}};
    AlraoOptimizer<Net, rule::Adam> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}, rule::Adam{}};
    const auto& parts = detail::parts_of(optimizer);
    CHECK(parts.fault_of(optimizer.snapshot()) == nullptr);
    const auto fault = [&](auto change) {
        auto snapshot = optimizer.snapshot();
        change(snapshot);
        const char* const found = parts.fault_of(snapshot);
        return std::string(found == nullptr ? "" : found);
    };
    using S = OptimizerSnapshot<float>;
    CHECK(fault([](S& s) { s.memory = {}; }).find("another network, rule") != std::string::npos);
    CHECK(fault([](S& s) { s.rates = AlignedBuffer<float>(3); }).find("another") != std::string::npos);
    CHECK(fault([](S& s) { s.rates.data()[1] = -1; }).find("below 0") != std::string::npos);
    CHECK(fault([](S& s) { s.limits.pop_back(); }).find("each leaf") != std::string::npos);
    CHECK(fault([](S& s) { s.pruned.push_back({}); }).find("pruned") != std::string::npos);
    CHECK(fault([](S& s) { s.rates.data()[1] = 0; }).find("pruned") != std::string::npos);
    CHECK(fault([](S& s) {
              s.rates.data()[1] = 0;
              s.pruned.push_back({.feature = 1});
          }) == "");
}

TEST_CASE("the carried state is stored in one allocation while its size does not change") {
    const Net net{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
    auto& parts = detail::parts_of(optimizer);
    parts.keep_carried(std::vector<float>{1, 2, 3});
    const float* const place = parts.carried.data();
    parts.keep_carried(std::vector<float>{4, 5, 6});
    CHECK(parts.carried.data() == place);
    CHECK(optimizer.snapshot().carried.data()[2] == 6);
    parts.keep_carried(std::vector<float>{7});
    CHECK(parts.carried.size() == 1);
}

TEST_CASE("an optimizer is ready for its model and for copies of it, and not after a move") {
    const Net net{Seed{1}}, copy = net, other{Seed{1}};
    AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 0.3}, Seed{2}};
    const auto said = [&](const Net& model) {
        return error_of([&] { detail::parts_of(optimizer).require_ready_for(model); });
    };
    CHECK(said(net) == "");
    CHECK(said(copy) == "");
    CHECK(said(other).find("made for another model") != std::string::npos);
    const auto moved = std::move(optimizer);
    CHECK(said(net).find("moved from") != std::string::npos);
}

}  // namespace learn_detail_optimizer_parts_test
