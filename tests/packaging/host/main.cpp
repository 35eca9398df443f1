#include <alrao/tensor/backend.hpp>
#include <alrao/tensor/philox.hpp>

#include <iostream>

using namespace alrao;

double other();

int main() {
    Philox random{Seed{1}, Stream::rates};
    const double here = random.uniform();
    std::cout << build_info().backend << ' ' << build_info().instruction_set << ' ' << here << '\n';
    return here == other() ? 0 : 1;
}
