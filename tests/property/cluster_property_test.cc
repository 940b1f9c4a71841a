// Real clusters against the reference model: random histories of all types of
// events, in random portions and orders, with restarts, clock advances, policy
// adoptions, parked and repaired events, duplicates and rebuilds in between, on
// 1, 3 or 4 partitions. RC_PARAMS overrides seed and size, e.g.
//   RC_PARAMS="seed=42 max_success=2000 max_size=200" build/bin/cluster_property_test
#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "property/arbitrary.h"
#include "property/cluster_run.h"
#include "property/fixed_seed.h"

using namespace guanxi;
using namespace guanxi::property;

namespace guanxi::property {

void showValue(const RunDraw& draw, std::ostream& out) {
  out << "partitions " << draw.partitions << " storage " << draw.storage << " manners ";
  rc::show(draw.manners, out);
  out << "\n";
  for (const HistoryDraw& history : draw.histories) showValue(history, out);
}

}  // namespace guanxi::property

namespace rc {

template <>
struct Arbitrary<RunDraw> {
  static Gen<RunDraw> arbitrary() {
    const auto histories = gen::mapcat(gen::inRange<size_t>(1, 4),
                                       [](size_t n) { return gen::container<std::vector<HistoryDraw>>(n, gen::arbitrary<HistoryDraw>()); });
    return gen::build<RunDraw>(gen::set(&RunDraw::partitions, gen::inRange(0, 256)), gen::set(&RunDraw::storage, gen::inRange(0, 256)),
                               gen::set(&RunDraw::histories, histories), gen::set(&RunDraw::manners, gen::arbitrary<std::vector<Draw>>()));
  }
};

}  // namespace rc

namespace {

struct Cases : FixedSeed {
  Cases() : FixedSeed(kSanitized ? "seed=20240229 max_success=10 max_size=40" : "seed=20240229 max_success=60 max_size=80") {}
};
BOOST_TEST_GLOBAL_FIXTURE(Cases);

}  // namespace

BOOST_AUTO_TEST_SUITE(cluster_properties)

BOOST_AUTO_TEST_CASE(a_cluster_answers_as_the_reference_model_whatever_happens_on_the_way) {
  BOOST_TEST(rc::check("cluster == reference model", [](const RunDraw& draw) { ClusterRun(draw).Go(); }));
}

BOOST_AUTO_TEST_SUITE_END()
