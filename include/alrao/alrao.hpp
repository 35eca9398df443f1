#pragma once

// The library, but for readers of data (alrao/data.hpp), files (alrao/io.hpp) and known networks
// (alrao/zoo.hpp). A program that only predicts includes alrao/inference.hpp instead, which needs no BLAS.

#include <alrao/meta/refusal.hpp>  // first: a compiler names the files on the way to a message

#include <alrao/tensor/backend.hpp>  // which instruction set and which products: build_info
#include <alrao/tensor/philox.hpp>   // seeds and random numbers
#include <alrao/tensor/threads.hpp>  // the threads that compute

#include <alrao/layers.hpp>  // layers, heads, networks as types
#include <alrao/learn.hpp>   // rules, optimizers, averaging
#include <alrao/model.hpp>   // a network with its numbers
#include <alrao/train.hpp>   // data sets, fit, evaluate, predict, callbacks
