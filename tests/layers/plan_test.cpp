#include "nets/alexnet.hpp"
#include "nets/densenet121.hpp"
#include "nets/googlenet.hpp"
#include "nets/lstm.hpp"
#include "nets/mobilenet_v2.hpp"
#include "nets/resnet50.hpp"
#include "nets/vgg19.hpp"
#include "plan_checker.hpp"

#include <doctest/doctest.h>
#include <iostream>

#define N(X) std::cout << #X << " [" << plan_checker::faults_of<nets::X<>>() << "]\n"
TEST_CASE("x"){ N(VGG19); N(AlexNet); N(CharacterLSTM); N(MobileNetV2); N(GoogLeNet); N(ResNet50); N(DenseNet121);}
