#pragma once

// Readers of data sets, text and images, and augmentation of images. Needs zlib and nlohmann-json.

#include <alrao/data/augmentation.hpp>
#include <alrao/data/cifar.hpp>
#include <alrao/data/fashion_mnist.hpp>
#include <alrao/data/folders.hpp>
#include <alrao/data/gzip.hpp>
#include <alrao/data/idx.hpp>
#include <alrao/data/idx_content.hpp>
#include <alrao/data/labelled_images.hpp>
#include <alrao/data/penn_treebank.hpp>
#include <alrao/data/text.hpp>
#include <alrao/data/vocabulary.hpp>
#include <alrao/data/vocabulary_file.hpp>
