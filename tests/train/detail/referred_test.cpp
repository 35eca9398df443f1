#include <alrao/train/detail/referred.hpp>

#include <doctest/doctest.h>

namespace train_detail_referred_test {

using namespace alrao;

TEST_CASE("data are referred to by their name or their address") {
    struct Data {
        int value;
    };
    const Data data{3};
    const Referred<Data> by_name = data, by_address = &data, none = nullptr, open;
    CHECK(static_cast<const Data*>(by_name) == &data);
    CHECK(static_cast<const Data*>(by_address) == &data);
    CHECK(by_name->value == 3);
    CHECK((*by_address).value == 3);
    CHECK_FALSE(none);
    CHECK_FALSE(open);
}

}  // namespace train_detail_referred_test
