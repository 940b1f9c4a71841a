// The options that choose events.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "codec/proto_time.h"
#include "guanxi/v1/event_service.pb.h"
#include "tools/guanxi/arguments.h"

namespace guanxi::cli {

struct FilterArguments {
  std::string account;
  std::vector<std::string> types;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  bool control = false;
};

inline void AddFilter(CLI::App* command, FilterArguments& filter) {
  command->add_option("--type", filter.types, "Only these types; may be repeated")->allow_extra_args(false);
  AddTime(command, "--from", filter.from, "Occurred at or after");
  AddTime(command, "--to", filter.to, "Occurred before");
  command->add_flag("--control", filter.control, "Clock, policy and repair records too");
}

inline guanxi::v1::EventFilter FilterOf(const FilterArguments& arguments) {
  guanxi::v1::EventFilter filter;
  filter.set_account_id(arguments.account);
  for (const std::string& type : arguments.types) filter.add_types(type);
  if (arguments.from) *filter.mutable_occurred_from() = codec::ToProto(*arguments.from);
  if (arguments.to) *filter.mutable_occurred_to() = codec::ToProto(*arguments.to);
  filter.set_include_control(arguments.control);
  return filter;
}

}  // namespace guanxi::cli
