#include <alrao/learn/detail/feature_columns.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <numeric>

namespace learn_detail_feature_columns_test {

using namespace alrao;

TEST_CASE("the numbers of a feature are `inner` columns of each row of its parameter") {
    // Two rows of three features with two numbers each, after five numbers of other parameters.
    const ParameterEntry entry{.features = 3, .inner = 2, .offset = 5, .rows = 2, .columns = 6};
    std::array<float, 20> buffer{};
    std::iota(buffer.begin(), buffer.end(), 1.0F);
    for (std::size_t feature = 0; feature < 3; ++feature)
        CHECK(detail::feature_lives(buffer.data(), entry, feature));
    detail::clear_feature(buffer.data(), entry, 1);
    for (std::size_t at = 0; at < buffer.size(); ++at) {
        const bool cleared = at == 7 || at == 8 || at == 13 || at == 14;
        CHECK(buffer[at] == (cleared ? 0.0F : static_cast<float>(at + 1)));
    }
    CHECK(detail::feature_lives(buffer.data(), entry, 0));
    CHECK_FALSE(detail::feature_lives(buffer.data(), entry, 1));
    CHECK(detail::feature_lives(buffer.data(), entry, 2));
    buffer[14] = 1e-30F;  // the last number
    CHECK(detail::feature_lives(buffer.data(), entry, 1));
}

}  // namespace learn_detail_feature_columns_test
