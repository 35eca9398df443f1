// libFuzzer target for the IDX and gzip readers. It is built, and run briefly, in builds with clang and
// sanitizers. To run it longer:
//   tests/fuzz/run.py idx BUILD/tests/fuzz/fuzz_idx 10000000
// For any bytes, the readers must throw FileError or return a complete object. The first byte chooses whether
// the bytes are the file (possibly compressed) or the content of a gzip member that is created here.
#include <alrao/data/idx.hpp>

#include "checks.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace {

using fuzz::require;

std::string gzip(std::span<const std::byte> content) {
    std::string out(content.size() + content.size() / 1000 + 128, '\0');
    z_stream state{};
    require(deflateInit2(&state, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    state.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(content.data()));
    state.avail_in = static_cast<uInt>(content.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    require(deflate(&state, Z_FINISH) == Z_STREAM_END);
    out.resize(state.total_out);
    deflateEnd(&state);
    return out;
}

void check(std::span<const std::byte> file, std::uint64_t most) {
    try {
        const auto idx =
            alrao::data::read_idx_from(alrao::io::InputBytes(file), {.max_bytes = std::uint64_t{1} << 25});
        std::uint64_t size = size_of(idx.type);
        require(!idx.extents.empty() && idx.extents.size() <= 8);
        for (const std::size_t extent : idx.extents) {
            size *= extent;
        }
        require(size == idx.bytes.size() && size > 0 && size <= most);
    } catch (const alrao::FileError& error) {
        fuzz::check_error(error, most + 64);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
    if (data[0] % 2 == 0) {
        check(bytes, 1032 * bytes.size() + 64);
    } else {
        const std::string zipped = gzip(bytes);
        check(std::as_bytes(std::span(zipped)), 1032 * zipped.size() + 64);
    }
    return 0;
}
