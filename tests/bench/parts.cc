// What the steps of an event's way cost, each alone and in memory: tools/bench parts. Where an end-to-end row is slow, this says
// whether a step is, or what lies between them. An event is an order of one line, as in the other rows.
#include <benchmark/benchmark.h>

#include <string>

#include "base/time.h"
#include "codec/event_decoder.h"
#include "codec/record.h"
#include "guanxi/event/v1/trade.pb.h"
#include "ledger/merkle.h"
#include "partition/partitioner.h"
#include "partition/row_tree.h"
#include "relations/assess.h"
#include "relations/event_type.h"
#include "relations/fold.h"
#include "relations/row_coding.h"

namespace {

using namespace guanxi;
namespace relations = guanxi::relations;

constexpr Timestamp kFirst{1'735'689'600'000'000};  // 2025-01-01
constexpr BusinessCalendar kCalendar;

std::string OrderPayload() {
  event::v1::OrderPlaced order;
  order.set_order_id("order-0000000001");
  order.set_currency_code("EUR");
  event::v1::OrderLine& line = *order.add_lines();
  line.set_product("product-17");
  line.set_quantity_micros(3'000'000);
  line.set_unit_price_micros(12'500'000);
  return order.SerializeAsString();
}

codec::Record OrderRecord() {
  codec::Record record;
  record.type = static_cast<uint16_t>(relations::EventType::kOrderPlaced);
  record.occurred_at = record.recorded_at = kFirst;
  record.account_version = 1;
  record.account_id = "account-0000017";
  record.source = "/bench";
  record.id = "order-0000000001";
  record.payload = OrderPayload();
  return record;
}

void EncodeRecord(benchmark::State& state) {
  const codec::Record record = OrderRecord();
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    codec::EncodeRecord(record.View(), bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}
BENCHMARK(EncodeRecord);

void DecodeRecord(benchmark::State& state) {
  const std::string bytes = codec::EncodeRecord(OrderRecord().View());
  for (auto _ : state) benchmark::DoNotOptimize(codec::DecodeRecord(bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(bytes.size()));
}
BENCHMARK(DecodeRecord);

void DecodeEvent(benchmark::State& state) {
  const codec::Record record = OrderRecord();
  const codec::RecordView view = record.View();
  codec::EventDecoder decoder;
  for (auto _ : state) benchmark::DoNotOptimize(decoder.DecodeEvent(view, Position{0}));
}
BENCHMARK(DecodeEvent);

void HashIntoTree(benchmark::State& state) {
  const std::string bytes = codec::EncodeRecord(OrderRecord().View());
  ledger::Hasher hasher;
  ledger::Frontier frontier;
  for (auto _ : state) frontier.Append(hasher, hasher.Leaf(bytes));
  benchmark::DoNotOptimize(frontier.Root(hasher));
}
BENCHMARK(HashIntoTree);

// One account's orders, an hour apart: every 730th passes a month end.
class Orders {
 public:
  Orders() {
    const codec::Record record = OrderRecord();
    event_ = codec::EventDecoder().DecodeEvent(record.View(), Position{0}).value();
  }
  void FoldNext() {
    auto& order = std::get<relations::OrderPlaced>(event_.body);
    order.order_id = "order-" + std::to_string(++count_);
    event_.position = Position{count_};
    event_.occurred_at = Timestamp{kFirst.micros + static_cast<int64_t>(count_) * kMicrosPerHour};
    children_.clear();
    benchmark::DoNotOptimize(relations::ChildrenNeeded(core_, event_, kCalendar));
    benchmark::DoNotOptimize(relations::Fold(core_, children_, event_, {policies_, event_.position, kCalendar}));
  }
  const relations::AccountCore& core() const { return core_; }

 private:
  relations::Event event_;
  relations::AccountCore core_;
  relations::ChildSet children_;
  relations::PolicyLineage policies_;
  uint64_t count_ = 0;
};

relations::AccountCore CoreOf(int orders) {
  Orders of_account;
  for (int i = 0; i < orders; ++i) of_account.FoldNext();
  return of_account.core();
}

void FoldOrder(benchmark::State& state) {
  Orders orders;
  for (auto _ : state) orders.FoldNext();
}
// The calendar ends: so many hours, and no more.
BENCHMARK(FoldOrder)->Iterations(100'000);

void AssessAccount(benchmark::State& state) {
  const relations::AccountCore core = CoreOf(1000);
  for (auto _ : state) benchmark::DoNotOptimize(relations::Evaluate(core, core.swept_to, relations::StandardPolicy(), kCalendar));
}
BENCHMARK(AssessAccount);

void EncodeAccountRow(benchmark::State& state) {
  const relations::AccountCore core = CoreOf(1000);
  std::string row;
  for (auto _ : state) {
    row.clear();
    relations::EncodeCore(core, row);
    benchmark::DoNotOptimize(row.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(row.size()));
}
BENCHMARK(EncodeAccountRow);

void DecodeAccountRow(benchmark::State& state) {
  const std::string row = relations::EncodedCore(CoreOf(1000));
  for (auto _ : state) benchmark::DoNotOptimize(relations::DecodeCore(row));
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(row.size()));
}
BENCHMARK(DecodeAccountRow);

// Into a tree of the view's newest rows that holds as many already.
void PutRow(benchmark::State& state) {
  const std::string value(100, 'v');
  const auto key_of = [](uint64_t n) { return std::to_string(n * 0x9e3779b97f4a7c15u); };
  partition::RowTreeWriter writer;
  uint64_t n = 0;
  for (; n < static_cast<uint64_t>(state.range(0)); ++n) writer.Put(key_of(n), value);
  for (auto _ : state) writer.Put(key_of(n++ % static_cast<uint64_t>(state.range(0))), value);
}
BENCHMARK(PutRow)->Arg(1'000)->Arg(100'000)->Iterations(200'000);

void ChoosePartition(benchmark::State& state) {
  const std::string id = "account-0000017";
  for (auto _ : state) benchmark::DoNotOptimize(partition::PartitionOf(id, 4));
}
BENCHMARK(ChoosePartition);

}  // namespace

BENCHMARK_MAIN();
