#include <alrao/check/report.hpp>

#include <doctest/doctest.h>

#include <sstream>

namespace check_report_test {

using namespace alrao;

namespace {
std::string text_of(const CheckReport& report) {
    std::ostringstream out;
    out << report;
    return out.str();
}
}  // namespace

TEST_CASE("a report converts to true until a law is broken, and prints the first case of each") {
    CheckReport report{.subject = "layer Own"};
    report.note("a", true, {"not shown"});
    report.note("b", true, {"not shown"});
    report.note("a", true, {"not shown"});
    CHECK(report);
    CHECK(text_of(report) == "layer Own: all 2 laws hold");
    report.note("b", false, {"x[", 3, "] is ", 0.5});
    CHECK_FALSE(report);
    CHECK(text_of(report) == "layer Own: 1 of 2 laws is broken\n  b:\n    x[3] is 0.5");
    report.note("b", false, {"later"});
    report.note("c", false, {"once"});
    CHECK(text_of(report) ==
          "layer Own: 2 of 3 laws are broken\n  b:\n    x[3] is 0.5 (and 1 case more)\n  c:\n    once");
    CHECK(report.tried("a"));
    CHECK_FALSE(report.tried("d"));
    CHECK(report.find("a") == nullptr);
    REQUIRE(report.find("b") != nullptr);
    CHECK(report.find("b")->cases == 2);
}

TEST_CASE("reports of one subject are added") {
    CheckReport report{.subject = "layer Own"}, other = report;
    report.note("a", true, {});
    other.note("a", false, {"here"});
    other.note("b", false, {"there"});
    report.add(other);
    report.add(other);
    CHECK(report.laws.size() == 2);
    REQUIRE(report.broken.size() == 2);
    CHECK(report.broken[0].cases == 2);
}

}  // namespace check_report_test
