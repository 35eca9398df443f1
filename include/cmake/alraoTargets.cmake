# Defines the targets alrao::alrao and alrao::io, from the source tree or an installed copy.
#
# in:  alrao_includes (folder), alrao_definitions (list), alrao_blas (whether matrix products may use OpenBLAS)
# out: alrao_problem, alrao_io_problem: why the target could not be defined; empty if it is defined

# Finds a package unless its target already exists, and makes its targets global, because alrao::alrao may be defined in a
# subdirectory and used outside of it. Versions are those of meson.build; version ranges would need CMake 3.19.
macro(alrao_find package target version first_unknown)
  if(NOT TARGET ${target})
    find_package(${package} ${version} QUIET)
    if(NOT TARGET ${target})
      set(alrao_missing "alrao needs ${package} ${version}, which find_package did not find")
    elseif("${first_unknown}" AND NOT "${${package}_VERSION}" VERSION_LESS "${first_unknown}")
      set(alrao_missing "alrao needs ${package} below version ${first_unknown}, but found ${${package}_VERSION}")
    endif()
    foreach(alrao_found ${target} ${ARGN})
      if(TARGET ${alrao_found})
        get_target_property(alrao_foreign ${alrao_found} IMPORTED)
        get_target_property(alrao_global ${alrao_found} IMPORTED_GLOBAL)
        if(alrao_foreign AND NOT alrao_global)
          set_target_properties(${alrao_found} PROPERTIES IMPORTED_GLOBAL TRUE)
        endif()
      endif()
    endforeach()
  endif()
endmacro()

set(alrao_missing "")
if(NOT TARGET alrao::alrao)
  set(THREADS_PREFER_PTHREAD_FLAG ON)
  alrao_find(Threads Threads::Threads "" "")
  alrao_find(xsimd xsimd 8.1 9)
  alrao_find(xtensor xtensor 0.24 0.25 xtl)
  set(alrao_links xtensor xsimd Threads::Threads)
  if(alrao_blas AND NOT alrao_missing)
    find_package(PkgConfig QUIET)
    if(PKG_CONFIG_FOUND)
      pkg_check_modules(alrao_openblas QUIET IMPORTED_TARGET GLOBAL openblas)
    endif()
    if(alrao_openblas_FOUND)
      list(APPEND alrao_links PkgConfig::alrao_openblas)
    else()
      set(alrao_missing "alrao is configured with BLAS, but pkg-config did not find openblas")
    endif()
  endif()
  if(NOT alrao_missing)
    add_library(alrao::alrao INTERFACE IMPORTED GLOBAL)
    set_target_properties(alrao::alrao PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${alrao_includes}"
      INTERFACE_COMPILE_DEFINITIONS "${alrao_definitions}"
      INTERFACE_COMPILE_FEATURES cxx_std_20
      INTERFACE_LINK_LIBRARIES "${alrao_links}")
  endif()
endif()
set(alrao_problem "${alrao_missing}")

if(NOT alrao_missing AND NOT TARGET alrao::io)
  alrao_find(ZLIB ZLIB::ZLIB "" "")
  alrao_find(nlohmann_json nlohmann_json::nlohmann_json 3 4)
  if(NOT alrao_missing)
    add_library(alrao::io INTERFACE IMPORTED GLOBAL)
    set_target_properties(alrao::io PROPERTIES
      INTERFACE_LINK_LIBRARIES "alrao::alrao;ZLIB::ZLIB;nlohmann_json::nlohmann_json")
  endif()
endif()
set(alrao_io_problem "${alrao_missing}")
