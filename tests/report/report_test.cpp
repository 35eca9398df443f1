// Covers: report/report.hpp, report/run_curves.hpp, report/rate_spectrum.hpp
#include <alrao/alrao.hpp>
#include <alrao/report.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace report_report_test {

using namespace alrao;

namespace {

struct Net : Model<double, Input<2>, Dense<6>, Tanh, AveragedHead<SoftmaxClassifier<2>, 3>> {
    using Model::Model;
};
struct Plain : Model<double, Input<2>, Dense<6>, Tanh, GaussianRegressor<1>> {
    using Model::Model;
};

/// Points in a plane; the class says which coordinate is larger.
struct Points {
    explicit Points(std::size_t n) {
        Philox random(Seed{3}, 0);
        for (std::size_t i = 0; i < n; ++i) {
            inputs.push_back(random.normal());
            inputs.push_back(random.normal());
            labels.push_back(inputs[2 * i] > inputs[2 * i + 1] ? 1 : 0);
        }
    }
    std::vector<double> inputs{};
    std::vector<std::int32_t> labels{};
    [[nodiscard]] Dataset<double> data() const { return {inputs, labels, {2}}; }
};

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

struct TemporaryFile {
    std::filesystem::path path = std::filesystem::temp_directory_path() / "alrao_report_test.html";
    TemporaryFile() { std::filesystem::remove(path); }
    ~TemporaryFile() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("fit writes a page with curves, weights of the copies, rates and a table") {
    const TemporaryFile file;
    Net net(Seed{1});
    AlraoOptimizer<Net> optimizer{net, Seed{2}};
    const Points training(64), validation(32);
    std::size_t pages = 0;
    const auto look = [&](const EpochEnd& event) {
        const std::string page = text_of(file.path);
        pages += page.ends_with("</html>\n");
        CHECK(page.find("<tr><td>" + std::to_string(event.record.number) + "</td>") != std::string::npos);
    };
    fit(net, optimizer, training.data(), {.epochs = 3, .batch_size = 16, .validation = validation.data()},
        Report{file.path, optimizer}, look);
    CHECK(pages == 3);
    const std::string page = text_of(file.path);
    for (const char* part : {"3 epochs, 12 steps", "Loss", "accuracy", "Weights of the copies",
                             "copy 2, rate", "Learning rates", "features of the trunk", "validation"})
        CHECK_MESSAGE(page.find(part) != std::string::npos, part);
    CHECK(page.find("http://www.w3.org/2000/svg") != std::string::npos);
    CHECK(page.find("src=") == std::string::npos);  // no other file is needed
}

TEST_CASE("a network with one copy, without validation and without measured training scores") {
    const TemporaryFile file;
    Plain net(Seed{1});
    const std::vector<double> inputs{0, 1, 1, 0, 1, 1, 0, 0}, targets{1, 2, 3, 4};
    const Dataset<double> data{inputs, targets, {2}};
    fit(net, Adam{}, data, {.epochs = 1, .batch_size = 4}, Report{file.path});
    const std::string page = text_of(file.path);
    CHECK(page.find("1 epoch, 1 steps") != std::string::npos);
    CHECK(page.find("Weights of the copies") == std::string::npos);
    CHECK(page.find("Learning rates") == std::string::npos);
}

TEST_CASE("a page that cannot be written ends the fit with an error") {
    const Points training(16);
    Net net(Seed{1});
    AlraoOptimizer<Net> optimizer{net, Seed{2}};
    CHECK_THROWS_AS(
        fit(net, optimizer, training.data(), {.epochs = 1}, Report{"/nonexistent/folder/run.html"}),
        FileError);
}

TEST_CASE("long trainings are summarised in a bounded number of points") {
    report::RunCurves curves;
    curves.begin(2);
    Posterior posterior(2);
    double sum = 0;
    constexpr std::size_t steps = 5000;
    for (std::size_t s = 1; s <= steps; ++s) {
        curves.add(static_cast<double>(s), static_cast<double>(s), posterior);
        REQUIRE(curves.steps().size() <= report::RunCurves::most);
    }
    REQUIRE(curves.steps().size() >= report::RunCurves::most / 2);
    const double width = curves.steps()[0];
    for (std::size_t i = 0; i < curves.steps().size(); ++i) {
        CHECK(curves.steps()[i] == width * static_cast<double>(i + 1));
        CHECK(curves.losses()[i] == doctest::Approx(curves.steps()[i] - (width - 1) / 2));
        sum += curves.losses()[i];
    }
    CHECK(sum > 0);
    CHECK(curves.weights().size() == 2);
    CHECK(curves.weights()[1][3] == doctest::Approx(0.5));
}

TEST_CASE("the spectrum contains each feature's rate once, times its centre") {
    Net net(Seed{1});
    const AlraoOptimizer<Net> optimizer{net, LogUniform{1e-3, 1}, Seed{2}};
    const report::Histogram picture = report::rate_spectrum(optimizer);
    REQUIRE(picture.groups.size() == 2);
    REQUIRE(picture.groups[0].values.size() == 6);
    CHECK(picture.groups[1].values.size() == 3);
    CHECK(picture.groups[0].values[4] == doctest::Approx(static_cast<double>(optimizer.rates().of(0, 4))));
    CHECK(picture.groups[1].values[2] == doctest::Approx(1));
    const AlraoOptimizer<Net> measured{net, Seed{2}};
    CHECK(report::rate_spectrum(measured).groups[1].values[0] == doctest::Approx(3e-5 / std::sqrt(10)));
}

}  // namespace report_report_test
