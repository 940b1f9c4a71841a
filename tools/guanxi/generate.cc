// guanxi generate
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "importers/generator.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/cloud_event_line.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/intake.h"
#include "tools/guanxi/output_file.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/progress.h"

namespace guanxi::cli {
namespace {

namespace json = boost::json;

struct GenerateArguments {
  importers::GeneratorOptions options;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  std::string out;
  IntakeArguments intake;
};

// Passes events on and shows how many.
class CountingSink : public importers::EventSink {
 public:
  CountingSink(importers::EventSink& next, Progress& progress) : next_(next), progress_(progress) {}
  absl::Status Accept(guanxi::v1::NewEvent&& event) override {
    if (++count_ % 1000 == 0) progress_.Show("generated " + FormatCount(count_) + " events");
    return next_.Accept(std::move(event));
  }

 private:
  importers::EventSink& next_;
  Progress& progress_;
  uint64_t count_ = 0;
};

class FileSink : public importers::EventSink {
 public:
  explicit FileSink(OutputFile& file) : file_(file) {}
  absl::Status Accept(guanxi::v1::NewEvent&& event) override { return file_.WriteLine(CloudEventLine(event)); }

 private:
  OutputFile& file_;
};

std::string DescribeTypes(const importers::GeneratorReport& report) {
  Table table({{"type"}, {"events", Align::kRight}});
  for (const auto& [type, count] : report.types) table.AddRow({type, FormatCount(count)});
  table.AddRow({"all", FormatCount(report.events)});
  table.AddRow({"of them late", FormatCount(report.late)});
  return table.Render();
}

std::string TypesJson(const importers::GeneratorReport& report) {
  json::object types;
  for (const auto& [type, count] : report.types) types[type] = count;
  return json::serialize(json::object{{"events", report.events}, {"late", report.late}, {"types", std::move(types)}}) + "\n";
}

absl::Status GenerateToFile(const GenerateArguments& arguments, importers::GeneratorReport& report) {
  auto file = OutputFile::Open(arguments.out);
  if (!file.ok()) return file.status();
  Progress progress;
  FileSink sink(*file);
  CountingSink counting(sink, progress);
  const absl::Status done = Generate(arguments.options, counting, report);
  return done.ok() ? file->Close() : done;
}

absl::StatusOr<IntakeOutcome> GenerateToServer(Context& context, const GenerateArguments& arguments, importers::GeneratorReport& report) {
  Progress progress;
  const auto fill = [&](importers::EventSink& sink) {
    CountingSink counting(sink, progress);
    return Generate(arguments.options, counting, report);
  };
  return TakeIn(context, arguments.intake, "guanxi generate", progress, fill, [] { return std::optional<Timestamp>(); });
}

absl::Status RunGenerate(Context& context, const GenerateArguments& given) {
  GenerateArguments arguments = given;
  arguments.options.from = *given.from;
  arguments.options.to = *given.to;
  importers::GeneratorReport report;
  if (!arguments.out.empty()) {
    const absl::Status done = GenerateToFile(arguments, report);
    if (done.ok() && arguments.out != "-") Print(context.output == Output::kTable ? DescribeTypes(report) : TypesJson(report));
    return done;
  }
  const auto outcome = GenerateToServer(context, arguments, report);
  if (!outcome.ok()) return outcome.status();
  if (context.output == Output::kTable) {
    Print(DescribeTypes(report) + DescribeOutcome(*outcome) + DescribeFailures(outcome->response));
  } else if (const absl::Status printed = PrintJson(context, outcome->response); !printed.ok()) {
    return printed;
  }
  return RefusalOf(*outcome);
}

}  // namespace

void AddGenerate(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App* command =
      app.add_subcommand("generate", "Append (or write) the events of a made-up firm; the same options give the same events");
  auto& options = arguments->options;
  command->add_option("--accounts", options.accounts, "How many accounts")->capture_default_str();
  AddTime(command, "--from", arguments->from, "First business time")->required();
  AddTime(command, "--to", arguments->to, "End of business time, exclusive")->required();
  command
      ->add_option("--seed", options.seed,
                   "Of the random numbers. The accounts are the same ones with every seed: generate once per server")
      ->capture_default_str();
  command->add_option("--events-per-account", options.events_per_account, "On average; 0: as the personas make");
  command->add_option("--giant-events", options.giant_events, "Events of the account `giant`: 0, or at least 1000");
  command->add_option("--currency", options.currency, "ISO 4217 code of all amounts")->capture_default_str();
  AddParsed(command, "--utc-offset", options.utc_offset_micros, "Of the working hours", "an offset such as +08:00", ParseUtcOffset);
  command->add_option("--out", arguments->out, "Write CloudEvents lines to this file (-: stdout) instead of the server");
  AddIntake(command, arguments->intake);
  OnRun(command, context, arguments, "guanxi generate --accounts 200 --from 2024-01-01 --to 2026-01-01 --seed 7", RunGenerate);
}

}  // namespace guanxi::cli
