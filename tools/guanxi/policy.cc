// guanxi policy show|list|adopt
#include "codec/proto_time.h"
#include "guanxi/v1/policy_service.grpc.pb.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/input_file.h"
#include "tools/guanxi/new_event.h"
#include "tools/guanxi/print.h"

namespace guanxi::cli {
namespace {

using Stub = guanxi::v1::PolicyService::Stub;

struct ShowArguments {
  std::string name;
  int32_t version = 0;
};

absl::Status RunShow(Context& context, const ShowArguments& arguments) {
  guanxi::v1::GetPolicyRequest request;
  request.set_name(arguments.name);
  request.set_version(arguments.version);
  // The definition alone, so that it can be edited and adopted.
  return PrintAnswer(context, context.Ask(&Stub::GetPolicy, request), [](const auto& answer) { return answer.policy().definition(); });
}

std::string DescribePolicies(const guanxi::v1::ListPoliciesResponse& page) {
  Table table({{"policy"}, {"version", Align::kRight}, {"effective"}, {"epoch", Align::kRight}, {""}});
  for (const auto& policy : page.policies()) {
    const bool adopted = policy.has_effective_at();
    table.AddRow({policy.name(), std::to_string(policy.version()), adopted ? FormatTime(policy.effective_at()) : "-",
                  adopted ? std::to_string(policy.control_epoch()) : "-",
                  policy.in_force() ? "in force"
                  : adopted         ? ""
                                    : "shipped, not adopted"});
  }
  return table.Render() + MoreLine(page.next_page_token());
}

absl::Status RunList(Context& context, const PageArguments& arguments) {
  guanxi::v1::ListPoliciesRequest request;
  SetPage(request, arguments);
  return PrintPage(
      context, context.Ask(&Stub::ListPolicies, request), [](const auto& page) { return page.policies(); }, DescribePolicies);
}

struct AdoptArguments {
  std::string shipped_name, file, actor, reason;
  std::optional<Timestamp> effective_at;
};

absl::Status RunAdopt(Context& context, const AdoptArguments& arguments) {
  guanxi::v1::AdoptPolicyRequest request;
  if (!arguments.file.empty()) {
    const auto definition = arguments.file == "-" ? TextArgument("-") : FileText("--file", arguments.file);
    if (!definition.ok()) return definition.status();
    request.set_definition(*definition);
  } else {
    request.set_shipped_name(arguments.shipped_name);
  }
  if (arguments.effective_at) *request.mutable_effective_at() = codec::ToProto(*arguments.effective_at);
  request.set_actor(arguments.actor);
  request.set_reason(arguments.reason);
  return PrintAnswer(context, context.Ask(&Stub::AdoptPolicy, request), [](const auto& answer) {
    return "adopted " + Shown(answer.policy().name()) + " version " + std::to_string(answer.policy().version()) + " from " +
           FormatTime(answer.policy().effective_at()) + " on, control epoch " + std::to_string(answer.policy().control_epoch()) + "\n";
  });
}

void AddAdopt(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<AdoptArguments>();
  CLI::App* command = noun->add_subcommand("adopt", "Let a policy take effect; recorded with actor and reason");
  auto* name = command->add_option("NAME", arguments->shipped_name, "A shipped policy: standard, transactional");
  command->add_option("--file", arguments->file, "A policy of your own (TOML; - reads stdin)")->excludes(name);
  AddTime(command, "--effective-at", arguments->effective_at, "After the clock; default: now, with --clock events right after the clock");
  command->add_option("--actor", arguments->actor, "Who decided")->required();
  command->add_option("--reason", arguments->reason, "Why")->required();
  OnRun(command, context, arguments, "guanxi policy adopt transactional --actor lin --reason 'we only see orders'", RunAdopt);
}

}  // namespace

void AddPolicy(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("policy", "The rules by which tiers are computed");
  noun->require_subcommand(1);
  auto show = std::make_shared<ShowArguments>();
  CLI::App* command = noun->add_subcommand("show", "One policy's definition (TOML)");
  command->add_option("NAME", show->name, "Name: standard, transactional or one adopted")->required();
  command->add_option("--version", show->version, "Default: the newest");
  OnRun(command, context, show, "guanxi policy show standard > mine.toml", RunShow);
  auto page = std::make_shared<PageArguments>();
  command = noun->add_subcommand("list", "Everything adopted, then what is shipped");
  AddPage(command, *page);
  OnRun(command, context, page, "guanxi policy list", RunList);
  AddAdopt(noun, context);
}

}  // namespace guanxi::cli
