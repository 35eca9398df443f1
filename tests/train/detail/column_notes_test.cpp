#include <alrao/train/detail/column_notes.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace train_detail_column_notes_test {

using namespace alrao;

TEST_CASE("a text names at most three columns") {
    detail::ColumnList list;
    CHECK(list.empty());
    std::vector<std::string> texts;
    for (const std::size_t column : {3u, 7u, 9u, 10u, 12u}) {
        list.add(column);
        texts.push_back(list.text("column"));
    }
    CHECK(texts == std::vector<std::string>{"column 3", "columns 3 and 7", "columns 3, 7 and 9",
                                            "columns 3, 7, 9 and 1 more", "columns 3, 7, 9 and 2 more"});
    CHECK(list.first() == 3);
}

}  // namespace train_detail_column_notes_test
