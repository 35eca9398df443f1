#include <alrao/graph/path.hpp>
#include <alrao/layers/activation.hpp>
#include <alrao/layers/dense.hpp>

#include <doctest/doctest.h>
#include <initializer_list>

namespace graph_path_test {

using namespace alrao;

namespace {
Path path(std::initializer_list<std::size_t> places) {
    Path result;
    for (const std::size_t place : places) result = result.child(place);
    return result;
}
}  // namespace

TEST_CASE("each leaf has its path") {
    using A = Dense<4>;
    constexpr auto paths = graph::leaf_paths<14, A, Repeat<2, ReLU, A>, Concat<Branch<>, Branch<A, ReLU>>,
                                             Residual<A, Shortcut<>>>();
    CHECK(paths[0] == path({0}));
    CHECK(paths[1] == path({1, 0}));
    CHECK(paths[4] == path({1, 3}));
    CHECK(paths[5] == path({2}));     // Fork
    CHECK(paths[6] == path({2, 1}));  // NextBranch
    CHECK(paths[7] == path({2, 1, 0}));
    CHECK(paths[8] == path({2, 1, 1}));
    CHECK(paths[9] == path({2}));  // Join
    CHECK(paths[10] == path({3}));
    CHECK(paths[11] == path({3, 0}));
}

TEST_CASE("a path that is too deep is cut and marked as such") {
    CHECK_FALSE(path({0, 1, 2, 3, 4, 5, 6, 7}).cut);
    CHECK(path({0, 1, 2, 3, 4, 5, 6, 7, 8}).cut);
    CHECK(path({0, 1, 2, 3, 4, 5, 6, 7, 8}).depth == Path::max_depth);
}

}  // namespace graph_path_test
