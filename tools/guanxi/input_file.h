// Files that an option names. What cannot be read is Misused (refusal.h): exit code 2.
#pragma once

#include <fstream>
#include <string>

#include "absl/status/statusor.h"

namespace guanxi::cli {

absl::StatusOr<std::ifstream> OpenFile(const std::string& option, const std::string& path);

// The whole file.
absl::StatusOr<std::string> FileText(const std::string& option, const std::string& path);

}  // namespace guanxi::cli
