#pragma once

#include <alrao/graph/parameter_table.hpp>
#include <alrao/tensor/philox.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>

namespace alrao {

namespace detail {

/// Assigns draw() to each element of a parameter in row-major order. Padding is not written.
template <class T, class Draw>
void fill_parameter(const ParameterEntry& entry, T* data, Draw draw) {
    const std::size_t used = entry.features * entry.inner;
    for (std::size_t row = 0; row < entry.rows; ++row)
        for (std::size_t column = 0; column < used; ++column)
            data[row * entry.columns + column] = static_cast<T>(draw());
}

template <class T>
void fill_constant(const ParameterEntry& entry, T* data, double value) {
    fill_parameter(entry, data, [value] { return value; });
}

template <class T>
void fill_uniform(const ParameterEntry& entry, T* data, double bound, Philox& random) {
    fill_parameter(entry, data, [&] { return bound * (2 * random.uniform() - 1); });
}

template <class T>
void fill_normal(const ParameterEntry& entry, T* data, double deviation, Philox& random) {
    fill_parameter(entry, data, [&] { return deviation * random.normal(); });
}

/// Initialises scales with 1, and shifts and all other parameters with 0.
template <class T>
void fill_default(const ParameterEntry& entry, T* data) {
    fill_constant(entry, data, entry.role == Role::scale ? 1 : 0);
}

inline double inverse_root(std::size_t n) { return 1 / std::sqrt(static_cast<double>(n)); }

}  // namespace detail

// An initialisation policy is a function object that fills one parameter:
// `policy(const ParameterEntry& entry, T* data, Philox& random)`. Each parameter has its own `random`.

/// The default initialisation, with the distributions of PyTorch's layers: weights and biases uniform in
/// +-1/sqrt(fan_in), those of recurrent layers uniform in +-1/sqrt(hidden units), embeddings normal with
/// variance 1. Each copy of a head gets different random values.
struct PyTorchInitialization {
    template <class T>
    void operator()(const ParameterEntry& entry, T* data, Philox& random) const {
        switch (entry.role) {
        case Role::weight:
        case Role::bias: return detail::fill_uniform(entry, data, detail::inverse_root(entry.fan_in), random);
        case Role::recurrent:
            return detail::fill_uniform(entry, data, detail::inverse_root(entry.fan_out), random);
        case Role::embedding: return detail::fill_normal(entry, data, 1, random);
        case Role::scale:
        case Role::shift: break;
        }
        detail::fill_default(entry, data);
    }
};

/// Glorot and Bengio (AISTATS 2010), equation 16: weights uniform in +-sqrt(6 / (fan_in + fan_out)),
/// biases 0.
struct XavierInitialization {
    template <class T>
    void operator()(const ParameterEntry& entry, T* data, Philox& random) const {
        if (entry.role == Role::bias || entry.role == Role::scale || entry.role == Role::shift)
            return detail::fill_default(entry, data);
        const double fans = static_cast<double>(entry.fan_in + entry.fan_out);
        detail::fill_uniform(entry, data, std::sqrt(6 / fans), random);
    }
};

/// He et al. (arXiv 1502.01852), equation 10: weights normal with variance 2 / fan_in, biases 0.
struct HeInitialization {
    template <class T>
    void operator()(const ParameterEntry& entry, T* data, Philox& random) const {
        if (entry.role == Role::bias || entry.role == Role::scale || entry.role == Role::shift)
            return detail::fill_default(entry, data);
        detail::fill_normal(entry, data, std::numbers::sqrt2 * detail::inverse_root(entry.fan_in), random);
    }
};

/// PyTorchInitialization with embeddings uniform in +-0.1, as in the text experiment of Alrao's authors.
struct AlraoTextInitialization {
    template <class T>
    void operator()(const ParameterEntry& entry, T* data, Philox& random) const {
        if (entry.role == Role::embedding) return detail::fill_uniform(entry, data, 0.1, random);
        PyTorchInitialization{}(entry, data, random);
    }
};

/// Initialises all parameters with `Policy`, then multiplies those of the head by a factor. With a small
/// factor the first predictions are nearly equal for all samples, which helps if the outputs of the trunk are
/// large.
template <class Policy = PyTorchInitialization>
struct ScaledHead {
    double factor = 0.1;  ///< multiplies weights and biases of the head (of all its copies)
    Policy of_all{};      ///< initialises all parameters, including those of the head

    template <class T>
    void operator()(const ParameterEntry& entry, T* data, Philox& random) const {
        of_all(entry, data, random);
        if (entry.copies == 0) return;
        for (std::size_t i = 0; i < entry.elements(); ++i) data[i] *= static_cast<T>(factor);
    }
};

}  // namespace alrao
