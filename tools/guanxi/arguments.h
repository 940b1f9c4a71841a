// Options of types that CLI11 does not know. A text that is no such value is a usage error.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "guanxi/v1/account_service.pb.h"
#include "tools/guanxi/values.h"

namespace guanxi::cli {

// `parse` gives an optional; its value goes to `target`, which outlives the parsing.
template <class Target, class Parse>
CLI::Option* AddParsed(CLI::App* command, const std::string& name, Target& target, const std::string& description, const std::string& form,
                       Parse parse) {
  const auto take = [name, form, parse, &target](const std::string& text) {
    auto value = parse(text);
    if (!value) throw CLI::ValidationError(name, "'" + text + "' is not " + form);
    target = *std::move(value);
  };
  return command->add_option_function<std::string>(name, take, description)->type_name("TEXT");
}

inline CLI::Option* AddTime(CLI::App* command, const std::string& name, std::optional<Timestamp>& target, const std::string& description) {
  return AddParsed(command, name, target, description, "a time such as 2024-03-01 or 2024-03-01T09:30:00Z", ParseTimestamp)
      ->type_name("TIME");
}

template <class Target>
CLI::Option* AddPosition(CLI::App* command, const std::string& name, Target& target, const std::string& description) {
  return AddParsed(command, name, target, description, "a position such as 2:1234 (partition:position)", ParsePosition)
      ->type_name("PARTITION:POSITION");
}

struct PageArguments {
  int32_t size = 100;
  std::string token;
};

template <class Request>
void SetPage(Request& request, const PageArguments& page) {
  request.set_page_size(page.size);
  request.set_page_token(page.token);
}

inline void AddPage(CLI::App* command, PageArguments& page) {
  command->add_option("--page-size", page.size, "Items of a page, at most 1000")->capture_default_str()->check(CLI::Range(1, 1000));
  command->add_option("--page-token", page.token, "Continue where the page before ended; keep the other arguments");
}

}  // namespace guanxi::cli
