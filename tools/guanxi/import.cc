// guanxi import retail|crm|cdnow|cloudevents
#include "importers/import.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "codec/iso4217.h"
#include "importers/cdnow.h"
#include "importers/cloudevents.h"
#include "importers/crm.h"
#include "importers/retail.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/intake.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/progress.h"

namespace guanxi::cli {
namespace {

namespace json = boost::json;
using importers::ImportOptions;
using importers::ImportReport;
using Importer = absl::Status (*)(const std::string&, const ImportOptions&, importers::EventSink&, ImportReport&);

constexpr size_t kProblemsShown = 20;

struct ImportArguments {
  Importer importer = nullptr;
  std::vector<std::string> paths;
  int64_t utc_offset = 0;
  std::string currency, account_prefix;
  IntakeArguments intake;
};

std::string ProgressText(const std::string& path, const importers::ImportProgress& progress) {
  const uint64_t percent = progress.bytes_total == 0 ? 0 : progress.bytes_done * 100 / progress.bytes_total;
  return path + ": " + std::to_string(percent) + "%, " + FormatCount(progress.rows) + " rows, " + FormatCount(progress.events) + " events";
}

std::string Text(std::string_view text) { return std::string(text); }

std::string DescribeCounts(const char* title, const std::map<importers::Outcome, uint64_t>& counts) {
  if (counts.empty()) return "";
  Table table({{title}, {"rows", Align::kRight}, {"meaning"}});
  for (const auto& [outcome, count] : counts) {
    const auto& entry = importers::EntryOf(outcome);
    table.AddRow({"  " + Text(entry.name), FormatCount(count), Text(entry.meaning)});
  }
  return table.Render();
}

std::string DescribeReport(const ImportReport& report) {
  Table files({{"file"}, {"rows read", Align::kRight}, {"used", Align::kRight}, {"skipped", Align::kRight}});
  for (const auto& file : report.files)
    files.AddRow({file.file, FormatCount(file.rows_read), FormatCount(file.rows_used), FormatCount(file.rows_skipped)});
  std::string text = files.Render() + DescribeCounts("skipped", report.skipped) + DescribeCounts("noted", report.noted);
  for (size_t i = 0; i < report.problems.size() && i < kProblemsShown; ++i) {
    const auto& problem = report.problems[i];
    text += "  " + Shown(problem.file) + ":" + std::to_string(problem.line) + ": " + Text(NameOf(problem.outcome)) + ": " +
            Shown(problem.what) + "\n";
  }
  if (report.problems.size() > kProblemsShown) text += "  ... (--output json names up to 1,000)\n";
  return text;
}

json::object CountsJson(const std::map<importers::Outcome, uint64_t>& counts) {
  json::object object;
  for (const auto& [outcome, count] : counts) object[Text(NameOf(outcome))] = count;
  return object;
}

json::array ProblemsJson(const ImportReport& report) {
  json::array problems;
  for (const auto& problem : report.problems)
    problems.push_back(
        json::object{{"outcome", Text(NameOf(problem.outcome))}, {"file", problem.file}, {"line", problem.line}, {"what", problem.what}});
  return problems;
}

json::object FailureJson(const guanxi::v1::AppendFailure& failure) {
  json::object object{{"accountId", failure.account_id()},
                      {"source", failure.source()},
                      {"id", failure.id()},
                      {"reason", failure.reason()},
                      {"message", failure.message()}};
  if (failure.has_parked_at()) object["parkedAt"] = FormatPosition(failure.parked_at());
  return object;
}

std::string ReportJson(const ImportReport& report, const IntakeOutcome& outcome) {
  json::object object{{"rowsRead", report.rows_read}, {"rowsUsed", report.rows_used}, {"events", report.events}};
  object["skipped"] = CountsJson(report.skipped);
  object["noted"] = CountsJson(report.noted);
  object["problems"] = ProblemsJson(report);
  object["appended"] = outcome.response.appended();
  object["duplicates"] = outcome.response.duplicates();
  object["parked"] = outcome.response.parked();
  object["refused"] = outcome.response.refused();
  json::array failures;
  for (const auto& failure : outcome.response.failures()) failures.push_back(FailureJson(failure));
  object["failures"] = std::move(failures);
  if (outcome.newest) object["newestOccurredAt"] = FormatTimestamp(*outcome.newest);
  if (outcome.clock) object["clock"] = FormatTimestamp(*outcome.clock);
  if (!outcome.clock_moved.ok()) object["clockRefused"] = std::string(outcome.clock_moved.message());
  return json::serialize(object) + "\n";
}

constexpr char kOtherKind[] = "Is the file there, and of this kind? `guanxi import --help` says which kinds there are.";

absl::StatusOr<IntakeOutcome> ImportOne(Context& context, const ImportArguments& arguments, const std::string& path) {
  Progress progress;
  ImportOptions options{
      .utc_offset_micros = arguments.utc_offset, .currency = arguments.currency, .account_prefix = arguments.account_prefix};
  options.progress = [&](const importers::ImportProgress& state) { progress.Show(ProgressText(path, state)); };
  ImportReport report;
  const auto fill = [&](importers::EventSink& sink) { return arguments.importer(path, options, sink, report); };
  auto outcome = TakeIn(context, arguments.intake, "guanxi import", progress, fill, [&] { return report.clock; });
  progress.Stop();
  if (!outcome.ok()) {
    std::fprintf(stderr, "%s: stopped after %s rows and %s events; running it again is harmless\n", path.c_str(),
                 FormatCount(report.rows_read).c_str(), FormatCount(report.events).c_str());
    return OfTheFile(outcome.status(), kOtherKind);
  }
  if (context.output == Output::kTable)
    Print(DescribeReport(report) + DescribeOutcome(*outcome) + DescribeFailures(outcome->response));
  else
    Print(ReportJson(report, *outcome));
  if (report.rows_used == 0 && !report.problems.empty()) return Misused("no row of " + path + " could be used", kOtherKind);
  return outcome;
}

// What the server refuses of one file stops no other.
absl::Status RunImport(Context& context, const ImportArguments& arguments) {
  absl::Status refused;
  for (const std::string& path : arguments.paths) {
    const auto done = ImportOne(context, arguments, path);
    if (!done.ok()) return done.status();
    refused.Update(RefusalOf(*done));
  }
  return refused;
}

struct Kind {
  const char* name;
  Importer importer;
  bool folder;
  const char* description;
  const char* example;
};

constexpr Kind kKinds[] = {
    {"retail", importers::ImportRetail, false, "Order lines of a wholesaler (UCI Online Retail, CSV, may be gzipped)",
     "guanxi import retail online_retail.csv.gz"},
    {"crm", importers::ImportCrm, true, "A folder of a CRM's tables (accounts, products, sales_teams, sales_pipeline)",
     "guanxi import crm data/crm"},
    {"cdnow", importers::ImportCdnow, false, "Purchases of the CDNOW customers", "guanxi import cdnow CDNOW_master.txt"},
    {"cloudevents", importers::ImportCloudEvents, false, "CloudEvents 1.0 in JSON, one per line; what `guanxi export` writes",
     "guanxi import cloudevents events.jsonl"},
};

void AddKind(CLI::App* noun, Context& context, const Kind& kind) {
  auto arguments = std::make_shared<ImportArguments>();
  arguments->importer = kind.importer;
  CLI::App* command = noun->add_subcommand(kind.name, kind.description);
  auto* paths = command->add_option(kind.folder ? "DIR" : "FILE", arguments->paths, kind.folder ? "Folders" : "Files")->required();
  if (kind.folder)
    paths->check(CLI::ExistingDirectory);
  else
    paths->check(CLI::ExistingFile);
  AddParsed(command, "--utc-offset", arguments->utc_offset, "Local times of the file = UTC + this", "an offset such as +08:00",
            ParseUtcOffset);
  command->add_option("--currency", arguments->currency, "ISO 4217 code of all amounts; default: the importer's own")
      ->check([](const std::string& code) { return codec::IsCurrencyCode(code) ? "" : code + " is no ISO 4217 code, such as EUR"; });
  if (kind.importer == importers::ImportRetail || kind.importer == importers::ImportCdnow)
    command->add_option("--account-prefix", arguments->account_prefix,
                        "Before every account id, where the numbers of this file and of others on the server mean different customers");
  AddIntake(command, arguments->intake);
  if (kind.importer == importers::ImportCloudEvents) {
    arguments->intake.adopt_policies = true;
    command->add_flag("!--no-policies", arguments->intake.adopt_policies, "Do not adopt the policies that the file has");
  }
  OnRun(command, context, arguments, kind.example, RunImport);
}

}  // namespace

void AddImport(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("import", "Append the events of files of other systems; again is harmless");
  noun->require_subcommand(1);
  for (const Kind& kind : kKinds) AddKind(noun, context, kind);
}

}  // namespace guanxi::cli
