#pragma once

#include <alrao/layers/heads.hpp>
#include <alrao/meta/list.hpp>
#include <alrao/model/model.hpp>

#include <concepts>
#include <cstddef>

namespace alrao {

namespace detail {
/// Reports a last layer without a task by a compile-time error.
template <class Head>
struct CheckedHead {
    static_assert(
        requires {
            { Head::task } -> std::convertible_to<Task>;
        },
        "alrao: the last layer of this network is not a head: end the network with SoftmaxClassifier<K> or "
        "GaussianRegressor<D>, alone or in an AveragedHead; a head of your own must have `static constexpr "
        "Task task`");
};

/// `value` is the task of a head; any task if the layer has none, so that CheckedHead gives the only error.
template <class Head>
struct HeadTask {
    static_assert(sizeof(CheckedHead<Head>) > 0);
    static constexpr Task value = [] {
        if constexpr (requires {
                          { Head::task } -> std::convertible_to<Task>;
                      })
            return Head::task;
        else return Task::classification;
    }();
};
}  // namespace detail

/// The task of a network: that of its last layer.
template <class Net>
inline constexpr Task task_of =
    detail::HeadTask<meta::at<Net::network::node_count - 1, typename Net::network::leaves>>::value;

namespace detail {
/// Whether `Net` is a model whose network is valid and ends in a head.
template <class Net>
inline constexpr bool ends_in_head = false;
template <TrainableModel Net>
inline constexpr bool ends_in_head<Net> = Net::network::accepted && Net::network::copies > 0;
}  // namespace detail
}  // namespace alrao
