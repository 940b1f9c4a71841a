// guanxi kafka produce
#include <atomic>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>

#include "base/reason.h"
#include "codec/admission.h"
#include "codec/cloudevents.h"
#include "codec/event_decoder.h"
#include "codec/kafka_message.h"
#include "importers/cloudevents.h"
#include "importers/line_reader.h"
#include "importers/text.h"
#include "kafka/producer.h"
#include "relations/event_type.h"
#include "tools/guanxi/append_sink.h"
#include "tools/guanxi/intake.h"
#include "tools/guanxi/kafka_commands.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/progress.h"
#include "tools/guanxi/values.h"
#include "tools/guanxi/wall_clock.h"

namespace guanxi::cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr size_t kProblemsShown = 20;
constexpr size_t kProblemsNamed = 1000;

struct ProduceArguments {
  KafkaArguments kafka;
  std::string path;
  codec::KafkaMode mode = codec::KafkaMode::kBinary;
  codec::KafkaPayload payload = codec::KafkaPayload::kProtobuf;
  std::string compression = "lz4";
  bool personal_by_server = false;
};

struct Problem {
  uint64_t line;
  std::string what;
};

// What became of the lines; of what was sent, by the producer's thread.
struct Tally {
  uint64_t lines = 0, engine_records = 0, refused = 0;
  // What the server did with the events that it had to seal.
  guanxi::v1::AppendStreamResponse by_server;
  std::vector<Problem> problems;
  std::atomic<uint64_t> acknowledged{0};
  std::mutex mutex;
  std::map<uint32_t, uint64_t> last_offsets;
  absl::Status broken;

  void Refused(uint64_t line, const std::string& what) {
    if (++refused <= kProblemsNamed) problems.push_back({line, what});
  }
  void Delivered(const kafka::Delivery& delivery) {
    const std::lock_guard lock(mutex);
    if (!delivery.status.ok()) return broken.Update(delivery.status);
    last_offsets[delivery.partition] = std::max(last_offsets[delivery.partition], delivery.offset);
    ++acknowledged;
  }
  absl::Status Broken() {
    const std::lock_guard lock(mutex);
    return broken;
  }
};

bool OnlyAnEngineWrites(const codec::Record& record) {
  const auto type = relations::EventType{record.type};
  return record.park_reason != 0 || relations::EntryOf(type).family == relations::EventFamily::kControl ||
         type == relations::EventType::kReferralRecorded;
}

// Personal fields in clear, which only a server can seal.
bool NamesAPerson(const codec::Record& record, const absl::Status& refusal) {
  const auto type = relations::EventType{record.type};
  if (type != relations::EventType::kContactAdded && type != relations::EventType::kContactChanged) return false;
  const ReasonMetadata metadata = MetadataOf(refusal);
  const auto field = metadata.find("field");
  return field != metadata.end() && (field->second == "name" || field->second == "facts");
}

class Lines {
 public:
  // `server` may be null.
  Lines(const ProduceArguments& arguments, kafka::Producer& producer, AppendSink* server, Tally& tally)
      : arguments_(arguments), producer_(producer), server_(server), tally_(tally) {}

  absl::Status Take(const importers::Line& line) {
    ++tally_.lines;
    if (line.too_long) return Refused(line, "the line is longer than 8 MiB");
    auto record = codec::RecordFromCloudEvent(importers::Trimmed(line.text));
    if (!record.ok()) return Refused(line, record.status());
    if (OnlyAnEngineWrites(*record)) return ++tally_.engine_records, absl::OkStatus();
    // What a node would park is said here, where it can be corrected; persons' data in clear never get to the topic.
    if (absl::Status wrong = codec::CheckEnvelope(record->View(), WallClock()); !wrong.ok()) return Refused(line, wrong);
    const auto body = decoder_.DecodeBody(record->View());
    if (body.ok()) return Send(*record);
    if (!NamesAPerson(*record, body.status())) return Refused(line, body.status());
    if (server_ == nullptr) return Refused(line, "personal data in clear: --personal-by-server has the server seal them");
    return server_->Accept(importers::NewEventOf(*std::move(record)));
  }

 private:
  absl::Status Refused(const importers::Line& line, const std::string& what) {
    tally_.Refused(line.number, what);
    return absl::OkStatus();
  }
  absl::Status Refused(const importers::Line& line, const absl::Status& why) { return Refused(line, std::string(why.message())); }

  absl::Status Send(const codec::Record& record) {
    const codec::OutgoingKafkaMessage message = codec::KafkaMessageFromRecord(record, arguments_.mode, arguments_.payload);
    kafka::OutgoingRecord sent{.partition = kafka::kPartitionOfKey, .key = message.key, .value = message.value};
    for (const auto& [name, value] : message.headers) sent.headers.push_back({name, value});
    while (true) {
      const absl::Status taken = producer_.Send(sent, [this](const kafka::Delivery& delivery) { tally_.Delivered(delivery); });
      if (!absl::IsResourceExhausted(taken) || ReasonOf(taken)->reason != Reason::OVERLOADED) return taken;
      if (absl::Status broken = tally_.Broken(); !broken.ok()) return broken;
      producer_.Flush(100ms);
    }
  }

  const ProduceArguments& arguments_;
  kafka::Producer& producer_;
  AppendSink* const server_;
  Tally& tally_;
  codec::EventDecoder decoder_;
};

absl::Status ReadAll(importers::LineReader& reader, Lines& lines, Tally& tally, Progress& progress) {
  importers::Line line;
  while (true) {
    const auto more = reader.Next(line);
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    if (importers::Trimmed(line.text).empty()) continue;
    if (absl::Status taken = lines.Take(line); !taken.ok()) return taken;
    if (absl::Status broken = tally.Broken(); !broken.ok()) return broken;
    const uint64_t percent = reader.bytes_total() == 0 ? 0 : reader.bytes_done() * 100 / reader.bytes_total();
    if (tally.lines % 1000 == 0)
      progress.Show(reader.path() + ": " + std::to_string(percent) + "%, " + FormatCount(tally.acknowledged) + " events acknowledged");
  }
}

// Every event is acknowledged by the brokers when this is OK.
absl::Status Produce(Context& context, const ProduceArguments& arguments, importers::LineReader& reader, Tally& tally) {
  auto producer = kafka::Producer::Make({.connection = ConnectionOf(arguments.kafka),
                                         .topic = arguments.kafka.topic,
                                         .linger = 20ms,
                                         .buffer_kib = 64 << 10,
                                         .compression = arguments.compression});
  if (!producer.ok()) return producer.status();
  Progress progress;
  std::unique_ptr<AppendSink> server;
  if (arguments.personal_by_server) server = std::make_unique<AppendSink>(context, 100);
  Lines lines(arguments, **producer, server.get(), tally);
  absl::Status read = ReadAll(reader, lines, tally, progress);
  // What was sent is settled, whatever became of the file: its delivery timeout ends this.
  while (!(*producer)->Flush(500ms)) progress.Show(FormatCount(tally.acknowledged) + " events acknowledged");
  read.Update(tally.Broken());
  if (server == nullptr) return read;
  auto answer = server->Finish();
  read.Update(answer.status());
  if (answer.ok()) tally.by_server = *std::move(answer);
  if (tally.by_server.failures_size() > 0)
    read.Update(absl::FailedPreconditionError("by the server:\n" + DescribeFailures(tally.by_server)));
  return read;
}

std::string DescribeTally(const ProduceArguments& arguments, const Tally& tally) {
  std::string text = "produced  " + FormatCount(tally.acknowledged) + " events to " + arguments.kafka.topic + ", acknowledged\n";
  if (tally.by_server.appended() > 0)
    text += "appended  " + FormatCount(tally.by_server.appended()) + " events with personal data, by the server, which sealed them\n";
  if (tally.by_server.duplicates() > 0)
    text += "duplicates  " + FormatCount(tally.by_server.duplicates()) + " events with personal data, which the server stored before\n";
  if (tally.engine_records > 0) text += "passed over  " + FormatCount(tally.engine_records) + " records that only an engine writes\n";
  if (tally.refused > 0) text += "refused  " + FormatCount(tally.refused) + " lines\n";
  for (size_t i = 0; i < tally.problems.size() && i < kProblemsShown; ++i)
    text += "  " + Shown(arguments.path) + ":" + std::to_string(tally.problems[i].line) + ": " + Shown(tally.problems[i].what) + "\n";
  if (tally.refused > kProblemsShown) text += "  ... (--output json names up to 1,000)\n";
  return text;
}

std::string JsonOf(const ProduceArguments& arguments, const Tally& tally) {
  json::array problems, offsets;
  for (const Problem& problem : tally.problems) problems.push_back(json::object{{"line", problem.line}, {"what", problem.what}});
  for (const auto& [partition, offset] : tally.last_offsets)
    offsets.push_back(json::object{{"topic", arguments.kafka.topic}, {"partition", partition}, {"offset", offset}});
  return json::serialize(json::object{{"produced", tally.acknowledged.load()},
                                      {"appendedByServer", tally.by_server.appended()},
                                      {"duplicatesByServer", tally.by_server.duplicates()},
                                      {"parkedByServer", tally.by_server.parked()},
                                      {"refusedByServer", tally.by_server.refused()},
                                      {"passedOver", tally.engine_records},
                                      {"refused", tally.refused},
                                      {"problems", std::move(problems)},
                                      {"lastOffsets", std::move(offsets)}});
}

absl::Status RunProduce(Context& context, const ProduceArguments& arguments) {
  auto reader = importers::LineReader::Open(arguments.path);
  if (!reader.ok()) return OfTheFile(reader.status(), "Check the path, and that this user may read the file.");
  // A topic that is not there, brokers that do not answer: said before the first event.
  const auto admin = kafka::Admin::Make(ConnectionOf(arguments.kafka));
  if (!admin.ok()) return admin.status();
  if (const auto topic = (*admin)->Describe(arguments.kafka.topic, TimeoutOf(context)); !topic.ok()) return topic.status();
  Tally tally;
  const absl::Status produced = Produce(context, arguments, *reader, tally);
  Print(context.output == Output::kTable ? DescribeTally(arguments, tally) : JsonOf(arguments, tally) + "\n");
  if (!produced.ok() || tally.refused == 0) return produced;
  return absl::FailedPreconditionError(FormatCount(tally.refused) + " lines were refused, and are stored nowhere");
}

const std::map<std::string, codec::KafkaMode> kModes = {{"binary", codec::KafkaMode::kBinary},
                                                        {"structured", codec::KafkaMode::kStructured}};
const std::map<std::string, codec::KafkaPayload> kPayloads = {{"protobuf", codec::KafkaPayload::kProtobuf},
                                                              {"json", codec::KafkaPayload::kJson}};

}  // namespace

void AddKafkaProduce(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<ProduceArguments>();
  CLI::App* command = noun->add_subcommand("produce", "CloudEvents lines to the topic, each acknowledged by every replica in sync");
  command->add_option("FILE", arguments->path, "CloudEvents in JSON, one per line; may be gzip-compressed")->required();
  AddKafkaOptions(command, arguments->kafka);
  command->add_option("--topic", arguments->kafka.topic, "Where to")->capture_default_str();
  command->add_option("--format", arguments->mode, "CloudEvents' mode")
      ->transform(CLI::CheckedTransformer(kModes).description(""))
      ->type_name("binary|structured");
  command->add_option("--payload", arguments->payload, "Of known types, in binary mode")
      ->transform(CLI::CheckedTransformer(kPayloads).description(""))
      ->type_name("protobuf|json");
  command->add_option("--compression", arguments->compression, "Of the records' batches")
      ->capture_default_str()
      ->check(CLI::IsMember({"none", "gzip", "snappy", "lz4", "zstd"}));
  command->add_flag("--personal-by-server", arguments->personal_by_server,
                    "Events with personal data in clear go through --server, which seals them; without, they are refused");
  OnRun(command, context, arguments,
        "guanxi generate --accounts 100 --from 2023-01-01 --to 2025-01-01 --out events.jsonl && guanxi kafka produce events.jsonl",
        RunProduce);
}

}  // namespace guanxi::cli
