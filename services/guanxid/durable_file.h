// Small files that must be on disk when a function returns.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace guanxi::service {

// All of them: STORE_FAILED names the path and what the system said.

absl::StatusOr<std::string> ReadWhole(const std::filesystem::path& path);
// The last `bytes_max` bytes, or all.
absl::StatusOr<std::string> ReadTail(const std::filesystem::path& path, uint64_t bytes_max);
// Whole or not at all: a temporary file beside it, fsync, rename, fsync of the directory.
absl::Status WriteWhole(const std::filesystem::path& path, std::string_view text, mode_t mode);
// At the end of the file, made when missing. When it fails nothing was added,
// as far as the disk still obeys.
absl::Status AppendDurably(const std::filesystem::path& path, std::string_view text);
// Cuts off what comes after the last end of line: a crash left it. Does nothing without a file.
absl::Status CutTornLine(const std::filesystem::path& path);

}  // namespace guanxi::service
