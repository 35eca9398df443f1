#pragma once

// The whole library, except readers of data sets (alrao/data.hpp), files (alrao/io.hpp) and predefined
// networks (alrao/zoo.hpp). A program that only predicts can include alrao/inference.hpp instead, which
// does not need BLAS.

// This include must remain the first, in a separate block so that clang-format does not sort it. For an error
// in the included header, clang prints the chain of includes that leads to it; this order keeps the chain
// short.
#include <alrao/meta/refusal.hpp>

#include <alrao/tensor/backend.hpp>  // instruction set and back end of matrix products: build_info
#include <alrao/tensor/philox.hpp>   // seeds and random numbers
#include <alrao/tensor/threads.hpp>  // thread pool

#include <alrao/layers.hpp>  // layers, heads, networks as types
#include <alrao/learn.hpp>   // update rules, optimizers, model averaging
#include <alrao/model.hpp>   // a network with its parameters and workspace
#include <alrao/train.hpp>   // data sets, fit, evaluate, predict, callbacks
