#include <fmt/format.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <cstdio>

#include "base/reason.h"
#include "store/store_impl.h"

namespace guanxi::store {

namespace {

// A quarter of a MiB: any shard of the cache holds it.
constexpr uint64_t kRowsOfWholeFilterMax = 200'000;

// A run is soon merged with others, and until then every key that is looked for
// is looked for in it: not compressed as what stays, and a small one's filter whole.
rocksdb::Options OptionsOf(rocksdb::Options view, uint64_t rows_at_most) {
  view.bottommost_compression = rocksdb::kDisableCompressionOption;
  if (rows_at_most > kRowsOfWholeFilterMax) return view;
  auto table = *view.table_factory->GetOptions<rocksdb::BlockBasedTableOptions>();
  table.partition_filters = false;
  table.index_type = rocksdb::BlockBasedTableOptions::kBinarySearch;
  view.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return view;
}

}  // namespace

struct ViewRun::Impl {
  const Store::Impl* store;
  std::shared_ptr<Database> database;  // outlives what follows
  SharedHandle view;
  std::string path;
  rocksdb::SstFileWriter writer;
  uint64_t rows = 0;

  // The pages just written are the ones that will be read: they stay in the cache.
  Impl(const Store::Impl* s, std::shared_ptr<Database> d, SharedHandle v, std::string p, uint64_t rows_at_most)
      : store(s),
        database(std::move(d)),
        view(std::move(v)),
        path(std::move(p)),
        writer(rocksdb::EnvOptions(), OptionsOf(database->rocks().GetOptions(view.get()), rows_at_most), view.get(),
               /*invalidate_page_cache=*/false) {}
};

ViewRun::ViewRun(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ViewRun::~ViewRun() { std::remove(impl_->path.c_str()); }

absl::StatusOr<std::unique_ptr<ViewRun>> Store::StartViewRun(uint32_t generation, uint64_t rows_at_most) {
  auto database = impl_->database();
  auto view = database->View(generation);
  if (view == nullptr) return Refuse(Reason::STORE_FAILED, fmt::format("there is no view generation {}", generation));
  auto path = fmt::format("{}/{}.sst", impl_->RunDirectory(), impl_->next_run++);
  auto run = std::make_unique<ViewRun::Impl>(impl_.get(), std::move(database), std::move(view), std::move(path), rows_at_most);
  if (const auto status = run->writer.Open(run->path); !status.ok()) return FromRocks(status, "opening a checkpoint's file");
  return std::unique_ptr<ViewRun>(new ViewRun(std::move(run)));
}

absl::Status ViewRun::Put(std::string_view key, std::string_view value) {
  ++impl_->rows;
  return FromRocks(impl_->writer.Put(ToSlice(key), ToSlice(value)), "writing a checkpoint");
}

absl::Status ViewRun::Delete(std::string_view key) {
  ++impl_->rows;
  return FromRocks(impl_->writer.Delete(ToSlice(key)), "writing a checkpoint");
}

absl::Status ViewRun::Ingest() {
  if (impl_->rows == 0) return absl::OkStatus();
  const std::lock_guard lock(impl_->store->take_over_mutex);
  if (impl_->store->database() != impl_->database) return Refuse(Reason::STORE_FAILED, "the store was opened again meanwhile");
  if (const auto status = impl_->writer.Finish(); !status.ok()) return FromRocks(status, "finishing a checkpoint's file");
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;
  // RocksDB 7.8.3 takes a file whose first block it cannot read for an empty one.
  options.verify_checksums_before_ingest = true;
  return FromRocks(impl_->database->rocks().IngestExternalFile(impl_->view.get(), {impl_->path}, options), "taking over a checkpoint");
}

}  // namespace guanxi::store
