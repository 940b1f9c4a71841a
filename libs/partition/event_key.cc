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

}  // namespace guanxi::partition
