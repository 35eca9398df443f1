#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

namespace bench {

/// The value of a field of /proc/self/status in megabytes; 0 if there is none.
inline double status_megabytes(const std::string& field) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind(field + ":", 0) == 0) return std::atof(line.c_str() + field.size() + 1) / 1024;
    return 0;
}

/// The memory that this process uses now, and the most that it has used, in megabytes.
inline double resident_megabytes() { return status_megabytes("VmRSS"); }
inline double peak_megabytes() { return status_megabytes("VmHWM"); }

}  // namespace bench
