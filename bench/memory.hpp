#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

namespace bench {

/// A line of /proc/self/status in megabytes, 0 where there is none.
inline double status_megabytes(const std::string& field) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind(field + ":", 0) == 0) return std::atof(line.c_str() + field.size() + 1) / 1024;
    return 0;
}

/// What this process holds in memory now, and the most it has held.
inline double resident_megabytes() { return status_megabytes("VmRSS"); }
inline double peak_megabytes() { return status_megabytes("VmHWM"); }

}  // namespace bench
