# Which RocksDB is linked (docs/adr/0002-which-rocksdb.md), chosen anew at every configuring: changing it needs no
# fresh build folder.
#
#   GUANXI_ROCKSDB   auto      the Release build of tools/rocksdb if it is there, else Debian's, with a warning
#                    release   that build, or an error
#                    debian    librocksdb-dev, with its assertions
#
# Defines the target guanxi_rocksdb. GUANXI_ROCKSDB_SEEN keeps what tools/rocksdb --path said, for tools/build.
set(GUANXI_ROCKSDB auto CACHE STRING "RocksDB to link: auto, release (of tools/rocksdb) or debian")
set_property(CACHE GUANXI_ROCKSDB PROPERTY STRINGS auto release debian)
if(NOT GUANXI_ROCKSDB MATCHES "^(auto|release|debian)$")
  message(FATAL_ERROR "GUANXI_ROCKSDB is auto, release or debian, not '${GUANXI_ROCKSDB}'")
endif()

execute_process(COMMAND ${PROJECT_SOURCE_DIR}/tools/rocksdb --path
                OUTPUT_VARIABLE release_prefix OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
set(GUANXI_ROCKSDB_SEEN "${release_prefix}" CACHE INTERNAL "What tools/rocksdb --path said")
unset(RocksDB_DIR CACHE)

add_library(guanxi_rocksdb INTERFACE)
if(release_prefix AND NOT GUANXI_ROCKSDB STREQUAL debian)
  find_package(RocksDB CONFIG REQUIRED PATHS ${release_prefix} NO_DEFAULT_PATH)
  target_link_libraries(guanxi_rocksdb INTERFACE RocksDB::rocksdb)
  set(GUANXI_ROCKSDB_PROVIDER "release build")
elseif(GUANXI_ROCKSDB STREQUAL release)
  message(FATAL_ERROR "GUANXI_ROCKSDB=release, and it is not built: run tools/rocksdb (about 3 minutes), or choose debian")
else()
  find_package(RocksDB CONFIG REQUIRED)
  target_link_libraries(guanxi_rocksdb INTERFACE RocksDB::rocksdb-shared)
  set(GUANXI_ROCKSDB_PROVIDER "Debian's library")
  if(GUANXI_ROCKSDB STREQUAL auto)
    message(WARNING "Debian's RocksDB is linked: right, and slower than a Release build (tools/rocksdb makes one).")
  endif()
endif()
target_compile_definitions(guanxi_rocksdb INTERFACE GUANXI_ROCKSDB_PROVIDER="${GUANXI_ROCKSDB_PROVIDER}")
message(STATUS "RocksDB ${RocksDB_VERSION}, ${GUANXI_ROCKSDB_PROVIDER}: ${RocksDB_DIR}")
