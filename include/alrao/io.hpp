#pragma once

// Saves and loads models, optimizers and carried state (safetensors files). Needs zlib and nlohmann-json.

#include <alrao/io/atomic_file.hpp>
#include <alrao/io/carried_state.hpp>
#include <alrao/io/crc32.hpp>
#include <alrao/io/file_error.hpp>
#include <alrao/io/optimizer_state.hpp>
#include <alrao/io/safetensors.hpp>
#include <alrao/io/tensor.hpp>
