// Drawn histories through a real cluster, and beside it the reference model's
// accounts, which learn only what was offered and which position it got.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "property/cluster_draws.h"
#include "property/dump.h"
#include "support/cluster_fixture.h"

namespace guanxi::property {

// Engine and model disagree; what() has the difference and what was done so far.
struct Disagreement : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class ClusterRun {
 public:
  explicit ClusterRun(const RunDraw& draw);
  // Feeds everything, comparing on the way, and at the end: accounts now and then,
  // rows against a rebuild, what subscribers were told, lists, months, proofs.
  void Go();

 private:
  struct Offered {
    size_t account;
    reference::Event event;  // its position is the drawn one
  };
  struct Parked {
    Offered offered;
    Position position;
    bool conflict;
  };
  struct Modelled {
    reference::Account account;           // what was accepted, at its real positions
    std::map<std::string, int> numbers;   // event id -> the number that dumps show
    std::vector<reference::Event> drawn;  // in drawn order
    size_t next = 0;                      // of drawn
    uint64_t parked = 0;                  // open
  };
  struct Seen {
    size_t account;
    Position known_to;
    Timestamp valid_to;
    std::string core;
  };

  // What is done (cluster_run.cc).
  void Adjust(partition::ClusterOptions& options, int storage) const;
  void Step(const Draw& manner);
  void Interrupt(Doing doing, const Draw& draw);
  void Take(size_t account, Doing doing, const Draw& draw);
  void OfferAll(std::vector<Offered> offered, bool one_submission, bool wall_clock_follows);
  void Learn(const Offered& offered, const partition::EventOutcome& outcome);
  void OfferAgain(const Draw& draw);
  void OfferConflict(const Draw& draw);
  void RetryOrDismiss(const Draw& draw, bool retry);
  void AdvanceClock(const Draw& draw);
  void AdoptPolicy(int variant, Timestamp effective_at);
  void Rebuild(bool verify_only);
  void Settle();
  PartitionId PartitionOf(size_t account) { return fixture_.cluster().PartitionOf(model_[account].account.id); }
  Timestamp NewestAnywhere() const;

  // What is compared (cluster_compare.cc).
  void CompareNow(size_t account, bool remember);
  void CompareThen(size_t account, Position known_to, Timestamp valid_to);
  void Compare(size_t account, const partition::View& view, const partition::AsOf& as_of, Position known_to, Timestamp valid_to);
  void CompareWithWhatWasSeen();
  void CompareFeed();
  void CompareTierCounts();
  void CompareMonths();
  void CompareLog();
  void CompareEverything();

  void Expect(bool right, const std::string& what) const;

  BusinessCalendar calendar_;
  test::ClusterFixture fixture_;
  std::vector<Draw> manners_;
  std::vector<Modelled> model_;
  std::vector<Offered> held_back_;
  std::vector<Parked> parked_;
  std::vector<Seen> seen_;
  std::string trace_;
};

}  // namespace guanxi::property
