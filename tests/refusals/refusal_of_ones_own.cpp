// expect: described_by<Even>
// expect: receives<alrao::shape<7>
// expect: needs_what_the_layer_itself_documents, 2>
// expect-error: a layer of your own refuses
// type: Network
#include <alrao/graph/network.hpp>

using namespace alrao;

/// A user's layer that needs an even number of features.
struct Even {
    static constexpr std::string_view name = "Even";
    static constexpr Facts facts(const Shape& input) {
        if (input.size() % 2 != 0)
            return Facts::refused(Refusal{Reason::needs_what_the_layer_itself_documents, 2});
        return Facts::same_shape(input);
    }
};

#ifdef MUST_FAIL
struct Net : Network<Input<7>, Even> {};
#else
struct Net : Network<Input<8>, Even> {};
#endif

static_assert(sizeof(Net) > 0);
