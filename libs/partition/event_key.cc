#include "partition/event_key.h"

#include <xxhash.h>

namespace guanxi::partition {

Key EventIdKey(AccountNumber account, std::string_view source, std::string_view id) {
  std::string text;
  text.reserve(source.size() + 1 + id.size());
  text.append(source).push_back('\0');
  text.append(id);
  return Key(Table::kEventId, account).U64(XXH3_64bits(text.data(), text.size()));
}

Key ParkedIdKey(std::string_view account_id, std::string_view source, std::string_view id) {
  std::string text(account_id);
  text.append(1, '\0').append(source).append(1, '\0').append(id);
  return Key(Table::kParkedId).U64(XXH3_64bits(text.data(), text.size()));
}

}  // namespace guanxi::partition
