#pragma once

#include <alrao/layers/heads.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/model/model.hpp>

#include <cstddef>

namespace alrao {

/// What a head compares with: labels, or targets.
enum class Task : unsigned char { classification, regression };

namespace detail {
template <class Head>
struct CheckedHead {
    static_assert(requires { Head::task; },
                  "alrao: the last layer of this network is no head that training knows: end it with "
                  "SoftmaxClassifier<K> or GaussianRegressor<D>, alone or in an AveragedHead; a head of "
                  "your own says `static constexpr Task task`");
};
}  // namespace detail

/// The task of a last layer. A head of your own says it: `static constexpr Task task = ...`.
template <class Head>
struct HeadTask {
    static_assert(sizeof(detail::CheckedHead<Head>) > 0);
    static constexpr Task value = [] {
        if constexpr (requires { Head::task; }) return Head::task;
        else return Task::classification;
    }();
};
template <std::size_t Classes>
struct HeadTask<SoftmaxClassifier<Classes>> {
    static constexpr Task value = Task::classification;
};
template <std::size_t Outputs>
struct HeadTask<GaussianRegressor<Outputs>> {
    static constexpr Task value = Task::regression;
};
template <class Classifier, std::size_t N>
struct HeadTask<AveragedHead<Classifier, N>> : HeadTask<Classifier> {};

/// What a network is trained for: the task of its last layer.
template <class Net>
inline constexpr Task task_of =
    HeadTask<meta::at<Net::network::node_count - 1, typename Net::network::leaves>>::value;

namespace detail {
template <class Net>
inline constexpr bool ends_in_head = false;
template <TrainableModel Net>
inline constexpr bool ends_in_head<Net> = Net::network::accepted && Net::network::copies > 0;
/// Whether the error of a network itself was said: whoever is given it says no more.
template <class Net>
inline constexpr bool refused_itself = false;
template <TrainableModel Net>
inline constexpr bool refused_itself<Net> = !Net::network::accepted;

}  // namespace detail
}  // namespace alrao
