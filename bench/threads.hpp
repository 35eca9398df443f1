#pragma once

#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace bench {

/// What an OpenMP or OpenBLAS in this process says of its threads; 0 where there is none.
inline int threads_said_by(const char* function) {
    void* const found = dlsym(RTLD_DEFAULT, function);
    return found == nullptr ? 0 : reinterpret_cast<int (*)()>(found)();
}
inline int openmp_threads() { return threads_said_by("omp_get_max_threads"); }
inline int openblas_threads() { return threads_said_by("openblas_get_num_threads"); }

/// Gives `count` threads to OpenMP (oneDNN's), and one to OpenBLAS, since the library splits its
/// products above it. Both read the environment while they are loaded, before main: where it says
/// anything else, the program starts itself again. Call it first in main. Ends the program where a
/// library does not comply.
inline void give_threads(char** arguments, int count) {
    const std::string openmp = std::to_string(count);
    bool complete = true;
    const auto require = [&](const char* name, const std::string& value) {
        const char* const now = std::getenv(name);
        if (now != nullptr && now == value) return;
        setenv(name, value.c_str(), 1);
        complete = false;
    };
    require("OMP_NUM_THREADS", openmp);
    require("OMP_DYNAMIC", "false");
    require("OPENBLAS_NUM_THREADS", "1");
    if (!complete) {
        execv("/proc/self/exe", arguments);
        std::perror("cannot start the program again with its threads set");
        std::exit(1);
    }
    const int by_openmp = openmp_threads(), by_openblas = openblas_threads();
    if ((by_openmp != 0 && by_openmp != count) || by_openblas > 1) {
        std::fprintf(stderr, "OpenMP has %d threads, OpenBLAS %d; wanted are %d and 1\n", by_openmp,
                     by_openblas, count);
        std::exit(1);
    }
}

/// Idle threads of one pool spin for a while and would slow the next candidate: with more than one
/// thread, waits until they sleep.
inline void let_threads_sleep(int count) {
    if (count > 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace bench
