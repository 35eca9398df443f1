#include "law_nets.hpp"

#include "../io/temporary_folder.hpp"

#include <alrao/io/safetensors.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace alrao;
using namespace alrao::laws;

namespace {

template <class Net>
void check_round_trip(const std::string& name) {
    CAPTURE(name);
    const TemporaryFolder folder;
    Net net(Seed{1});
    stir(net, 1);
    const LawBatch<Net> data(6, 2, 3);
    Threads threads(1);
    net.posterior().steps = 17;

    save(net, folder / "model.safetensors");
    Net other(Seed{99});
    load(other, folder / "model.safetensors");
    Workspace<Net> workspace(6, threads, data.steps);
    for (const Averaged averaged : {Averaged::mixture, Averaged::best_copy}) {
        const auto predicted = [&](const Net& by) {
            workspace.state().reset();
            return numbers(workspace.run(by, data.inputs.data(), 6, data.steps, averaged));
        };
        CHECK(predicted(net) == predicted(other));
    }
    CHECK(std::ranges::equal(net.parameter_buffer(), other.parameter_buffer()));
    CHECK(std::ranges::equal(net.statistic_buffer(), other.statistic_buffer()));
    CHECK(net.posterior() == other.posterior());
    save(other, folder / "again.safetensors");
    CHECK(content(folder / "model.safetensors") == content(folder / "again.safetensors"));
}

}  // namespace

TEST_CASE("a loaded model predicts the same bits as the saved one, for every layer") {
    for_each_net<float>(
        []<class Net>(std::type_identity<Net>, const std::string& name) { check_round_trip<Net>(name); });
    check_round_trip<NetAround<double, BatchNorm>>("BatchNorm in double");
    check_round_trip<NetBefore<double, AveragedHead<GaussianRegressor<3>, 7>>>("head in double");
}
