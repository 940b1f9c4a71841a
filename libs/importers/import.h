// importers: files of other systems -> events; and, in generator.h, those of a
// made-up firm. Each importer reads its file as a stream, gives every event to a
// sink in the file's order, and accounts for every row. It knows nothing of
// servers, sockets or terminals: whoever owns the sink sends the events, whoever
// owns the report prints it.
//
// The contract of every importer:
//   * Event ids are functions of the data alone, so importing a file again
//     appends nothing: each event is a duplicate of itself.
//   * A broken row is reported with file and line and stops nothing else.
//   * rows_read = rows_used + the sum of `skipped`, for each file and in total.
//   * Amounts go from decimal text to micro-units, never through floating point.
//   * Memory is bounded by the number of accounts (retail: plus one day of
//     rows; cdnow: plus one counter per customer and day), not by the file.
//   * Files may be gzip-compressed; that is seen from their bytes.
//
// Thread rule: an import runs on the caller's thread and calls sink and
// progress from it; different imports may run at once.
// Errors: a file that cannot be opened or is not of the importer's kind gives
// REQUEST_INVALID before the first event; a read error on the way STORE_FAILED;
// an error of the sink is returned as it is. The report then says how far it came.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "guanxi/event/v1/control.pb.h"
#include "guanxi/v1/event_service.pb.h"
#include "importers/outcome.h"

namespace guanxi::importers {

// Takes the events of an import. A status other than OK ends the import.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual absl::Status Accept(guanxi::v1::NewEvent&& event) = 0;
  // A policy that was adopted where the file comes from. false: it is not adopted
  // now, as it was before or policies are not wanted.
  virtual absl::StatusOr<bool> Adopt(const guanxi::event::v1::PolicyAdopted&) { return false; }
};

struct ImportProgress {
  // Bytes as they lie on disk (compressed, if they are), over all files of the import.
  uint64_t bytes_done = 0;
  uint64_t bytes_total = 0;
  uint64_t rows = 0;
  uint64_t events = 0;
};

struct ImportOptions {
  // Local times of the file = UTC + this. |offset| <= 14 h.
  int64_t utc_offset_micros = 0;
  // ISO 4217. Empty: the importer's own (retail GBP, crm and cdnow USD).
  std::string currency;
  // Before every account id: for files whose numbers mean other customers than those of other files.
  std::string account_prefix;
  // How many broken rows the report names; all are counted.
  size_t problems_max = 1000;
  // Called about every 10,000 rows and at the end of each file; may be empty.
  std::function<void(const ImportProgress&)> progress;
};

// A broken row.
struct RowProblem {
  Outcome outcome;
  std::string file;
  // Line of the file where the row begins, from 1.
  uint64_t line = 0;
  std::string what;
};

// Headers are no rows; an empty line is none either.
struct FileCount {
  std::string file;
  uint64_t rows_read = 0;
  uint64_t rows_used = 0;
  uint64_t rows_skipped = 0;
};

struct ImportReport {
  std::vector<FileCount> files;
  uint64_t rows_read = 0;
  // Rows that went into an event, or into what events are made from.
  uint64_t rows_used = 0;
  uint64_t events = 0;
  // Outcomes of kind kSkipped and kBroken; each unused row is counted once, under one of them.
  std::map<Outcome, uint64_t> skipped;
  // Outcomes of kind kNoted; in no sum.
  std::map<Outcome, uint64_t> noted;
  std::vector<RowProblem> problems;
  // Of the events given to the sink, whatever becomes of them there.
  std::optional<Timestamp> newest_occurred_at;
  // Where the business clock stood, when the file says so.
  std::optional<Timestamp> clock;

  uint64_t rows_skipped() const;
  // The count of an outcome of either map; 0 when it never occurred.
  uint64_t Count(Outcome outcome) const;
};

}  // namespace guanxi::importers
