// expect-error: refers to the images, and these are temporary
#include <alrao/data/labelled_images.hpp>
#include <alrao/train/split.hpp>

using namespace alrao;

data::LabelledImages read();

#ifdef MUST_FAIL
void f() { split(read(), 0.9, Seed{1}); }
#else
void f() {
    const auto images = read();
    const auto parts = split(images, 0.9, Seed{1});
}
#endif
