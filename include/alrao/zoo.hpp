#pragma once

// Predefined networks for images of 32 x 32 pixels.

#include <alrao/zoo/googlenet.hpp>
#include <alrao/zoo/mobilenet_v2.hpp>
#include <alrao/zoo/resnet18.hpp>
#include <alrao/zoo/senet18.hpp>
#include <alrao/zoo/vgg.hpp>
