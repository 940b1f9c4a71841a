// ChildSet against a list that is searched from its beginning, on both sides of
// the size from which it has an index.
#include "relations/child_set.h"

#include <rapidcheck.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

struct PlainRow {
  ChildKey key;
  std::optional<uint32_t> lines;  // of an order; nullopt: erased
  bool dirty = false;
};

class PlainSet {
 public:
  PlainRow* Find(const ChildKey& key) {
    const auto at = std::find_if(rows.begin(), rows.end(), [&](const PlainRow& row) { return row.key == key; });
    return at == rows.end() ? nullptr : &*at;
  }
  void Set(const ChildKey& key, std::optional<uint32_t> lines, bool dirty) {
    PlainRow* row = Find(key);
    if (row == nullptr) row = &rows.emplace_back(PlainRow{key, {}, false});
    row->lines = lines, row->dirty = dirty;
  }
  std::vector<ChildKey> dirty() const {
    std::vector<ChildKey> keys;
    for (const PlainRow& row : rows)
      if (row.dirty) keys.push_back(row.key);
    return keys;
  }
  std::vector<PlainRow> rows;
};

Order OrderOf(uint32_t lines) { return Order{.lines = lines}; }

void ChangeBoth(ChildSet& set, PlainSet& plain, const ChildKey& key, uint32_t lines) {
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      set.Load(key, OrderOf(lines)), plain.Set(key, lines, false);
      break;
    case 1:
    case 2:
      set.Put(key.id, OrderOf(lines)), plain.Set(key, lines, true);
      break;
    case 3:
      set.Erase(key), plain.Set(key, std::nullopt, true);
      break;
    default:
      Order* const order = set.Edit<Order>(key.id);
      PlainRow* const row = plain.Find(key);
      RC_ASSERT((order != nullptr) == (row != nullptr && row->lines.has_value()));
      if (order) order->lines = lines, row->lines = lines, row->dirty = true;
  }
}

void CheckSame(const ChildSet& set, PlainSet& plain, uint32_t ids) {
  RC_ASSERT(set.size() == plain.rows.size());
  RC_ASSERT(set.dirty() == plain.dirty());
  for (uint32_t id = 0; id < ids; ++id) {
    const ChildKey key{ChildKind::kOrder, std::to_string(id)};
    const Order* const order = set.Find<Order>(key.id);
    const PlainRow* const row = plain.Find(key);
    RC_ASSERT((order != nullptr) == (row != nullptr && row->lines.has_value()));
    if (order) RC_ASSERT(order->lines == *row->lines);
    RC_ASSERT(set.Find(ChildKey{ChildKind::kInvoice, key.id}) == nullptr);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(child_set)

BOOST_AUTO_TEST_CASE(it_answers_as_a_list_searched_from_its_beginning_does) {
  BOOST_TEST(rc::check([] {
    ChildSet set;
    PlainSet plain;
    const auto ids = *rc::gen::inRange<uint32_t>(1, 3 * ChildSet::kIndexedFrom);
    const auto changes = *rc::gen::inRange<uint32_t>(0, 200);
    for (uint32_t i = 0; i < changes; ++i) {
      ChangeBoth(set, plain, {ChildKind::kOrder, std::to_string(*rc::gen::inRange<uint32_t>(0, ids))}, i);
      if (i == changes / 2 && *rc::gen::inRange(0, 4) == 0) set.clear(), plain.rows.clear();
    }
    CheckSame(set, plain, ids);
    ChildSet moved = set;
    CheckSame(moved, plain, ids);
  }));
}

// Found by a reviewer: each item was looked for among all before it, which held a partition up for minutes.
BOOST_AUTO_TEST_CASE(minutes_with_66000_action_items_are_folded) {
  MinutesRecorded minutes{.minutes_id = "m"};
  for (int i = 0; i < 66'000; ++i) minutes.action_items.push_back({.item_id = std::to_string(i)});
  minutes.action_items.push_back(minutes.action_items.front());
  Scene scene;
  BOOST_TEST(scene.Happens("2024-03-01", minutes).anomalies.size() == 1u);
  BOOST_TEST(scene.core().counts.action_items_open == 66'000u);
  minutes.minutes_id = "m2";
  BOOST_TEST(scene.Happens("2024-03-02", minutes).anomalies.size() == 66'001u);
  BOOST_TEST(scene.rows().size() == 66'002u);
}

BOOST_AUTO_TEST_SUITE_END()
