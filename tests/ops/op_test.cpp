#include <alrao/ops/op.hpp>

#include <doctest/doctest.h>

namespace ops_op_test {

using namespace alrao;

namespace {
/// A user's layer with all optional members.
struct Own {
    static constexpr Facts facts(const Shape& input) { return Facts::same_shape(input); }
    template <class T>
    static void forward(Context<T>& context) {
        context.output.data[0] = 1;
    }
    template <class T>
    static void backward(Context<T>& context) {
        context.output.data[0] = 2;
    }
    template <class T>
    static void commit(Context<T>& context) {
        context.output.data[0] = 3;
    }
    template <class T>
    static std::size_t workspace(const graph::Node&, std::size_t rows, int threads) {
        return rows * static_cast<std::size_t>(threads) * sizeof(T);
    }
};
/// A user's layer with the required members only.
struct Bare {
    template <class T>
    static void forward(Context<T>&) {}
};
}  // namespace

TEST_CASE("Op calls the functions of a user's layer") {
    float out = 0;
    Context<float> context;
    context.output = {&out, 1, 1, 1};
    struct Backend {};
    Op<Own>::forward<Backend>(context);
    CHECK(out == 1);
    Op<Own>::backward<Backend>(context);
    CHECK(out == 2);
    Op<Own>::commit<Backend>(context);
    CHECK(out == 3);
    CHECK(Op<Own>::workspace<Backend, float>(graph::Node{}, 5, 2) == 40);
    CHECK_FALSE(Op<Own>::reports_magnitudes);
    Op<Bare>::commit<Backend>(context);
    CHECK(out == 3);
    CHECK(Op<Bare>::workspace<Backend, float>(graph::Node{}, 5, 2) == 0);
    CHECK(PlainOp::workspace<Backend, float>(graph::Node{}, 5, 2) == 0);
}

}  // namespace ops_op_test
