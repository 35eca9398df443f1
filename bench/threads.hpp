#pragma once

#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace bench {

/// Calls the function of this name, which returns a number of threads, if a library in this process defines
/// it. Returns 0 otherwise.
inline int threads_said_by(const char* function) {
    void* const found = dlsym(RTLD_DEFAULT, function);
    return found == nullptr ? 0 : reinterpret_cast<int (*)()>(found)();
}
inline int openmp_threads() { return threads_said_by("omp_get_max_threads"); }
inline int openblas_threads() { return threads_said_by("openblas_get_num_threads"); }

/// Sets the number of threads of OpenMP, which oneDNN uses, to `count`, and that of OpenBLAS to 1, because
/// this library divides products between its own threads and calls OpenBLAS on each. Both libraries read
/// environment variables when they are loaded, before main. If a variable has another value, this function
/// sets it and executes the program again; call it first in main. Ends the program if a library reports
/// another number of threads.
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
        std::perror(
            "cannot execute the program again after setting OMP_NUM_THREADS and OPENBLAS_NUM_THREADS");
        std::exit(1);
    }
    const int by_openmp = openmp_threads(), by_openblas = openblas_threads();
    if ((by_openmp != 0 && by_openmp != count) || by_openblas > 1) {
        std::fprintf(stderr, "OpenMP has %d threads and OpenBLAS has %d; expected %d and 1\n", by_openmp,
                     by_openblas, count);
        std::exit(1);
    }
}

/// Waits 20 ms if there is more than one thread. Idle threads of a pool spin before they sleep, and would
/// slow the next candidate.
inline void let_threads_sleep(int count) {
    if (count > 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace bench
