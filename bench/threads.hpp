#pragma once

#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace bench {

/// The number of threads of OpenMP or OpenBLAS in this process, as returned by `function`; 0 if the
/// library is not loaded.
inline int threads_said_by(const char* function) {
    void* const found = dlsym(RTLD_DEFAULT, function);
    return found == nullptr ? 0 : reinterpret_cast<int (*)()>(found)();
}
inline int openmp_threads() { return threads_said_by("omp_get_max_threads"); }
inline int openblas_threads() { return threads_said_by("openblas_get_num_threads"); }

/// Sets the number of threads of OpenMP (used by oneDNN) to `count`, and that of OpenBLAS to 1, because
/// alrao splits products over its own threads. Both libraries read the environment when they are loaded,
/// before main; if the environment has other values, the program restarts itself with the right ones.
/// Must be called first in main. Exits with an error if a library uses another number of threads.
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
        std::perror("cannot restart the program with its number of threads");
        std::exit(1);
    }
    const int by_openmp = openmp_threads(), by_openblas = openblas_threads();
    if ((by_openmp != 0 && by_openmp != count) || by_openblas > 1) {
        std::fprintf(stderr, "OpenMP has %d threads, OpenBLAS %d; expected %d and 1\n", by_openmp,
                     by_openblas, count);
        std::exit(1);
    }
}

/// Waits until the idle threads of a pool have stopped spinning, which would slow the next candidate.
/// Does nothing with one thread.
inline void let_threads_sleep(int count) {
    if (count > 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace bench
