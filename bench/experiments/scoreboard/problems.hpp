#pragma once

#include "run.hpp"

namespace scoreboard {

Outcome fashion_logistic(const Run& run);
Outcome fashion_mlp(const Run& run);
Outcome fashion_deep(const Run& run);
Outcome fashion_cnn(const Run& run);
Outcome fashion_autoencoder(const Run& run);
Outcome cifar_cnn(const Run& run);
Outcome cifar_mobilenet(const Run& run);
Outcome cifar_resnet(const Run& run);
Outcome text_lstm(const Run& run);
Outcome text_gru(const Run& run);
Outcome text_words(const Run& run);
Outcome table_friedman(const Run& run);
Outcome table_arm(const Run& run);
Outcome table_teacher(const Run& run);

/// With SCOREBOARD_TABLES_ONLY only the problems that need no data, for tests.
inline constexpr Problem problems[] = {
#if !defined(SCOREBOARD_TABLES_ONLY)
    {"fashion-logistic", fashion_logistic},
    {"fashion-mlp", fashion_mlp},
    {"fashion-deep", fashion_deep},
    {"fashion-cnn", fashion_cnn},
    {"fashion-autoencoder", fashion_autoencoder},
    {"cifar-cnn", cifar_cnn},
    {"cifar-mobilenet", cifar_mobilenet},
    {"cifar-resnet", cifar_resnet},
    {"text-lstm", text_lstm},
    {"text-gru", text_gru},
    {"text-words", text_words},
#endif
    {"table-friedman", table_friedman},
    {"table-arm", table_arm},
    {"table-teacher", table_teacher},
};

}  // namespace scoreboard
