#include "partition/row_tree.h"

#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

using guanxi::partition::Row;
using guanxi::partition::RowTree;
using guanxi::partition::RowTreeWriter;

namespace {

using Model = std::map<std::string, std::optional<std::string>>;

Model RowsOf(const RowTree& tree) {
  Model rows;
  RowTree::Iterator at(tree);
  for (at.Seek({}); at.Valid(); at.Next())
    rows.emplace(at.row().key(), at.row().deleted() ? std::nullopt : std::optional(std::string(at.row().value())));
  return rows;
}

std::vector<std::string> KeysBackwards(const RowTree& tree) {
  std::vector<std::string> keys;
  RowTree::Iterator at(tree);
  for (at.SeekToLast(); at.Valid(); at.Prev()) keys.emplace_back(at.row().key());
  return keys;
}

// Short keys of few letters, so that they meet; some share their first eight bytes.
rc::Gen<std::string> KeyGen() {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 3), rc::gen::container<std::string>(rc::gen::element('a', 'b', 'c', '\xff'))),
                      [](auto pair) { return std::string(pair.first * 4, 'p') + pair.second.substr(0, 6); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(row_tree)

BOOST_AUTO_TEST_CASE(a_tree_holds_what_a_map_would_and_published_trees_never_change) {
  BOOST_TEST(rc::check("row tree = map", [] {
    RowTreeWriter writer;
    Model model;
    std::vector<std::pair<RowTree, Model>> published;
    const auto steps = *rc::gen::container<std::vector<std::pair<int, std::string>>>(*rc::gen::inRange(1, 2000),
                                                                                     rc::gen::pair(rc::gen::inRange(0, 20), KeyGen()));
    for (const auto& [what, key] : steps) {
      if (what == 0) {
        published.emplace_back(writer.Publish(), model);
      } else if (what == 1 && !published.empty()) {
        writer = RowTreeWriter(published.back().first);  // back to what was published last
        model = published.back().second;
      } else if (what < 6) {
        writer.Delete(key);
        model[key].reset();
      } else {
        writer.Put(key, std::to_string(what));
        model[key] = std::to_string(what);
      }
      const Row* const row = writer.current().Find(key);
      const auto expected = model.find(key);
      RC_ASSERT((row != nullptr) == (expected != model.end()));
      if (row != nullptr) RC_ASSERT(row->deleted() == !expected->second.has_value());
    }
    published.emplace_back(writer.Publish(), model);
    for (const auto& [tree, rows] : published) {
      RC_ASSERT(RowsOf(tree) == rows);
      std::vector<std::string> backwards;
      for (auto it = rows.rbegin(); it != rows.rend(); ++it) backwards.push_back(it->first);
      RC_ASSERT(KeysBackwards(tree) == backwards);
    }
  }));
}

BOOST_AUTO_TEST_CASE(seeking_finds_the_neighbours_of_any_key) {
  BOOST_TEST(rc::check("row tree seeks", [] {
    RowTreeWriter writer;
    Model model;
    for (const auto& key : *rc::gen::container<std::vector<std::string>>(*rc::gen::inRange(1, 500), KeyGen())) {
      writer.Put(key, {});
      model[key] = "";
    }
    const std::string probe = *KeyGen();
    RowTree::Iterator at(writer.current());
    at.Seek(probe);
    const auto after = model.lower_bound(probe);
    RC_ASSERT(at.Valid() == (after != model.end()));
    if (at.Valid()) RC_ASSERT(at.row().key() == after->first);
    at.SeekBefore(probe);
    RC_ASSERT(at.Valid() == (after != model.begin()));
    if (at.Valid()) RC_ASSERT(at.row().key() == std::prev(after)->first);
  }));
}

BOOST_AUTO_TEST_CASE(seeking_no_key_begins_with_the_first) {
  RowTreeWriter writer;
  writer.Put("a", "1");
  writer.Put("b", "2");
  const RowTree tree = writer.Publish();
  RowTree::Iterator at(tree);
  at.Seek({});  // a view of nothing at all: its bytes must not be looked at
  BOOST_REQUIRE(at.Valid());
  BOOST_TEST(at.row().key() == "a");
}

BOOST_AUTO_TEST_CASE(an_empty_tree_knows_nothing) {
  const RowTree nothing;
  BOOST_TEST(nothing.Find("key") == nullptr);
  RowTree::Iterator at(nothing);
  at.Seek("key");
  BOOST_TEST(!at.Valid());
  at.SeekToLast();
  BOOST_TEST(!at.Valid());
}

BOOST_AUTO_TEST_SUITE_END()
