// The verbs of `guanxi audit` that have a file of their own.
#pragma once

#include "tools/guanxi/context.h"

namespace guanxi::cli {

void AddAuditExport(CLI::App& audit, Context& context);
void AddAuditVerify(CLI::App& audit, Context& context);

}  // namespace guanxi::cli
