// A reference policy as the file the engine adopts.
#pragma once

#include <string>

#include "support/reference/policy.h"

namespace guanxi::property {

// Precondition: the policy lies within the bounds of docs/policies.md.
std::string TomlOf(const reference::Policy& policy);

}  // namespace guanxi::property
