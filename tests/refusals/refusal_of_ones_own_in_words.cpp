// The layer's own message is in the line with the error.
// expect: at_layer<1>, alrao::described_by<Even>
// expect-error: mine: Even takes an even number of features
// type: Network
#include <alrao/graph/network.hpp>
#include <alrao/layers/activation.hpp>

using namespace alrao;

/// A user's layer that needs an even number of features and supplies its own message.
struct Even {
    static constexpr std::string_view name = "Even";
    template <std::size_t Features>
    struct Refused {
        static_assert(Features % 2 == 0, "mine: Even takes an even number of features");
    };
    static constexpr Facts facts(const Shape& input) {
        if (input.size() % 2 != 0)
            return Facts::refused(Refusal{Reason::needs_what_the_layer_itself_documents, input.size()});
        return Facts::same_shape(input);
    }
};

#ifdef MUST_FAIL
struct Net : Network<Input<7>, ReLU, Even> {};
#else
struct Net : Network<Input<8>, ReLU, Even> {};
#endif

static_assert(sizeof(Net) > 0);
