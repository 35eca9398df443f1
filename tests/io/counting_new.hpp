#pragma once

#include "heap.hpp"

#include <cstddef>
#include <new>

// Replaces the global operators new and delete by counting ones for `Heap`. Include it in exactly one
// translation unit of a program.

void* operator new(std::size_t size) { return Heap::take(size); }
void* operator new[](std::size_t size) { return Heap::take(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Heap::try_take(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return Heap::try_take(size); }
void operator delete(void* pointer) noexcept { Heap::give(pointer); }
void operator delete[](void* pointer) noexcept { Heap::give(pointer); }
void operator delete(void* pointer, std::size_t) noexcept { Heap::give(pointer); }
void operator delete[](void* pointer, std::size_t) noexcept { Heap::give(pointer); }
