#include "tools/guanxi/event_table.h"

#include "tools/guanxi/print.h"
#include "tools/guanxi/table.h"
#include "tools/guanxi/values.h"

namespace guanxi::cli {
namespace {

constexpr size_t kDataShown = 100;

// Cut between characters, never inside one.
std::string Shortened(std::string text) {
  if (text.size() <= kDataShown) return text;
  size_t end = kDataShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string DataOf(const guanxi::v1::Event& event) {
  if (event.has_raw()) return Shortened(event.raw().data());
  if (!event.has_data()) return "";
  const auto json = JsonOf(event.data(), false);
  if (!json.ok()) return "(undecodable)";
  // The type has a column of its own.
  const size_t comma = json->find(',');
  return Shortened(json->starts_with("{\"@type\"") ? (comma == std::string::npos ? "{}" : "{" + json->substr(comma + 1)) : *json);
}

}  // namespace

std::string EventTable(const google::protobuf::RepeatedPtrField<guanxi::v1::Event>& events) {
  Table table({{"position"}, {"occurred"}, {"account"}, {"version", Align::kRight}, {"type"}, {"id"}, {"source"}, {"data"}});
  for (const auto& event : events) {
    const std::string version = event.parked_reason().empty() ? std::to_string(event.account_version()) : "parked";
    const std::string data = event.parked_reason().empty() ? DataOf(event) : event.parked_reason() + " " + DataOf(event);
    table.AddRow({FormatPosition(event.position()), FormatTime(event.occurred_at()), event.account_id(), version, ShortType(event.type()),
                  event.id(), event.source(), data});
  }
  return table.Render();
}

std::string EventLine(const guanxi::v1::Event& event) {
  return FormatPosition(event.position()) + "  " + FormatTime(event.occurred_at()) + "  " + Shown(event.account_id()) + "  " +
         Shown(ShortType(event.type())) + "  " + Shown(event.id()) + "  " + Shown(DataOf(event)) + "\n";
}

}  // namespace guanxi::cli
