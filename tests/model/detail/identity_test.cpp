#include <alrao/model/detail/identity.hpp>

#include <doctest/doctest.h>

#include <utility>

namespace model_detail_identity_test {

using namespace alrao;

TEST_CASE("models have different identities; a copy has that of its source") {
    const ModelIdentity a, b;
    CHECK_FALSE(a.token() == b.token());
    const ModelIdentity copy = a;
    CHECK(copy.token() == a.token());
}

TEST_CASE("a move transfers the identity") {
    ModelIdentity a;
    const ModelToken token = a.token();
    const ModelIdentity moved = std::move(a);
    CHECK(moved.token() == token);
    CHECK_FALSE(static_cast<bool>(a.token()));
}

TEST_CASE("assignment keeps the identity of the target, except for a moved-from target") {
    ModelIdentity a, b;
    const ModelToken of_a = a.token(), of_b = b.token();
    b = a;
    CHECK(b.token() == of_b);
    b = std::move(a);
    CHECK(b.token() == of_b);
    const ModelIdentity gone = std::move(b);
    b = gone;
    CHECK(b.token() == of_b);
    CHECK_FALSE(b.token() == of_a);
}

TEST_CASE("swapping two models swaps their identities") {
    ModelIdentity a, b;
    const ModelToken of_a = a.token(), of_b = b.token();
    std::swap(a, b);
    CHECK(a.token() == of_b);
    CHECK(b.token() == of_a);
}

TEST_CASE("a token is not reused while a copy of it exists") {
    ModelToken token = ModelIdentity{}.token();
    for (int i = 0; i < 100; ++i) CHECK_FALSE(ModelIdentity{}.token() == token);
    const ModelToken& itself = token;
    token = itself;
    CHECK(static_cast<bool>(token));
}

}  // namespace model_detail_identity_test
