// The made-up firm and its market: which accounts there are, how big, when they
// come and go, who answers for them. Settled before the first event.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "importers/generator.h"
#include "importers/generator/persona.h"
#include "importers/generator/random.h"

namespace guanxi::importers::generator {

inline constexpr uint32_t kNobody = UINT32_MAX;

// One account's fate.
struct AccountPlan {
  // 0, 1, 2 ...; rank 0 is the account with the most revenue.
  uint32_t index = 0;
  uint32_t rank = 0;
  Timestamp opens;
  // Silent from here on.
  Timestamp leaves;
  // `persona` until `turns`, then `persona_after`.
  Persona persona = Persona::kOrdinary;
  Persona persona_after = Persona::kOrdinary;
  Timestamp turns;
  bool key_account = false;
  bool chinese = false;
  bool is_group = false;
  bool signs_contracts = false;
  uint8_t industry = 0;
  // In whole units of the currency, at `opens`; and its change in per mille a year.
  int64_t revenue_per_year = 0;
  int32_t growth = 0;
  // Index of the group account joined as it opens, or kNobody.
  uint32_t group = kNobody;
  uint32_t seller = 0;

  Persona PersonaAt(Timestamp t) const { return t < turns ? persona : persona_after; }
};

struct Referral {
  uint32_t referring;
  uint32_t referred;
  Timestamp at;
};

class Firm {
 public:
  explicit Firm(const GeneratorOptions& options);

  const std::vector<AccountPlan>& accounts() const { return accounts_; }
  // By referring account, then time.
  const std::vector<Referral>& referrals() const { return referrals_; }

  uint32_t seller_count() const { return seller_count_; }
  // Reorganised every new year: some sellers get another manager.
  uint32_t ManagerOf(uint32_t seller, int32_t year) const;

  static std::string AccountId(uint32_t index);
  static std::string EmployeeId(uint32_t seller);
  static std::string ManagerId(uint32_t manager);
  static std::string RegionOf(uint32_t manager);

 private:
  void MakeAccounts(Random& random);
  void PlanLife(AccountPlan& plan, Random& random) const;
  void PlanTrend(AccountPlan& plan, Random& random) const;
  void JoinGroups(Random& random);
  void MakeReferrals(Random& random);

  const GeneratorOptions& options_;
  uint32_t seller_count_ = 0;
  uint32_t manager_count_ = 0;
  std::vector<AccountPlan> accounts_;
  std::vector<Referral> referrals_;
};

}  // namespace guanxi::importers::generator
