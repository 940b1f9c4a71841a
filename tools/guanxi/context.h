// guanxi: the command line, a client of the API. What it shows comes from the
// server; it opens no data directory.
//
// This header: what every command has: the global options, the server, the way to print.
// One command runs per process, on one thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tools/guanxi/refusal.h"

namespace guanxi::cli {

// Advancing the clock assesses every account that falls due: it may work long after a large import.
inline constexpr double kClockSeconds = 3600;

enum class Output {
  kTable,  // for people
  kJson,   // protobuf's JSON of the answer; of a stream, of each message
  kJsonl,  // one line per item
};

class Context {
 public:
  std::string server = "127.0.0.1:7400";
  Output output = Output::kTable;
  double deadline_seconds = 10;
  // PEM files. With an authority the connection is TLS; certificate and key only where the server asks for them.
  std::string tls_ca, tls_cert, tls_key;
  // Set by parsing: the command that was chosen.
  std::function<absl::Status()> run;

  // Misused (refusal.h) when a file of TLS cannot be read or holds something else. Connecting itself happens with the first call.
  absl::Status Connect();
  // After Connect.
  std::shared_ptr<grpc::Channel> channel() const { return channel_; }

  // One unary call, with the deadline, or a later one for calls that work long.
  template <class Stub, class Request, class Response>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), const Request& request,
                               double at_least_seconds = 0) {
    Stub stub(channel());
    grpc::ClientContext call;
    call.set_deadline(DeadlineAfter(std::max(deadline_seconds, at_least_seconds)));
    Response response;
    const grpc::Status status = (stub.*method)(&call, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response;
  }

  // A server stream without deadline; `visit` returns a status, anything but OK ends the stream.
  template <class Stub, class Request, class Response, class Visitor>
  absl::Status Follow(std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(grpc::ClientContext*, const Request&),
                      const Request& request, Visitor&& visit) {
    Stub stub(channel());
    grpc::ClientContext call;
    auto reader = (stub.*method)(&call, request);
    Response response;
    absl::Status visited;
    while (visited.ok() && reader->Read(&response)) visited = visit(response);
    if (!visited.ok()) call.TryCancel();
    const grpc::Status status = reader->Finish();
    return visited.ok() ? FromGrpc(status) : visited;
  }

 private:
  absl::Status CheckTls(const std::string& ca, const std::string& cert, const std::string& key) const;
  static std::chrono::system_clock::time_point DeadlineAfter(double seconds);

  std::shared_ptr<grpc::Channel> channel_;
};

// Adds `noun verb` with an example under its help. `run` is run after all was parsed.
template <class Arguments, class Run>
void OnRun(CLI::App* command, Context& context, std::shared_ptr<Arguments> arguments, std::string example, Run run) {
  command->footer("Example:\n  " + std::move(example));
  command->callback([&context, arguments, run] { context.run = [&context, arguments, run] { return run(context, *arguments); }; });
}

// The nouns; each is a file of this folder.
void AddImport(CLI::App& app, Context& context);
void AddGenerate(CLI::App& app, Context& context);
void AddExport(CLI::App& app, Context& context);
void AddEvents(CLI::App& app, Context& context);
void AddAccount(CLI::App& app, Context& context);
void AddPortfolio(CLI::App& app, Context& context);
void AddPolicy(CLI::App& app, Context& context);
void AddAudit(CLI::App& app, Context& context);
void AddKafka(CLI::App& app, Context& context);
void AddParked(CLI::App& app, Context& context);
void AddAdmin(CLI::App& app, Context& context);

}  // namespace guanxi::cli
