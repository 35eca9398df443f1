#include <alrao/train/referred.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

using alrao::Referred;

TEST_CASE("an option refers to a variable or a pointer, or to nothing; never to what is about to end") {
    using Data = std::vector<int>;
    const Data data{1, 2, 3};
    const Referred<Data> none{}, by_pointer = &data, by_name = data;
    CHECK(static_cast<const Data*>(none) == nullptr);
    CHECK(static_cast<const Data*>(by_pointer) == &data);
    CHECK(static_cast<const Data*>(by_name) == &data);
    CHECK(by_name->size() == 3);
    CHECK_FALSE(std::is_constructible_v<Referred<Data>, Data>);
    CHECK_FALSE(std::is_constructible_v<Referred<Data>, const Data>);
}
