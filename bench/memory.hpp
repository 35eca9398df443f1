#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

namespace bench {

/// Returns a field of /proc/self/status, such as "VmRSS", in megabytes. Returns 0 if the file or the field
/// does not exist.
inline double status_megabytes(const std::string& field) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind(field + ":", 0) == 0) return std::atof(line.c_str() + field.size() + 1) / 1024;
    return 0;
}

/// Returns the resident memory of this process in megabytes.
inline double resident_megabytes() { return status_megabytes("VmRSS"); }
/// Returns the largest resident memory of this process since its start, in megabytes.
inline double peak_megabytes() { return status_megabytes("VmHWM"); }

}  // namespace bench
