#include <alrao/model/identity.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <utility>

using alrao::ModelIdentity;
using alrao::ModelToken;

TEST_CASE("each model is another one; its copies, and what it is moved to, are the same") {
    ModelIdentity one;
    const ModelIdentity other;
    CHECK(one.token());
    CHECK_FALSE(one.token() == other.token());
    const ModelIdentity copy = one;
    CHECK(copy.token() == one.token());
    const ModelIdentity moved = std::move(one);
    CHECK(moved.token() == copy.token());
    CHECK_FALSE(one.token());                         // moved from, on purpose
}

TEST_CASE("a model that others are assigned to stays itself, unless it was moved from") {
    ModelIdentity one;
    const ModelIdentity other;
    const ModelToken mine = one.token();
    one = other;
    CHECK(one.token() == mine);
    one = ModelIdentity{};
    CHECK(one.token() == mine);
    const ModelIdentity gone = std::move(one);
    one = other;
    CHECK(one.token() == other.token());
}

TEST_CASE("a token is not given out again while somebody holds it") {
    std::optional<ModelIdentity> model(std::in_place);
    const ModelToken held = model->token();
    model.reset();
    for (int i = 0; i < 100; ++i) CHECK_FALSE(ModelIdentity{}.token() == held);
}
