// What an account buys: contracts, orders, invoices, payments, credit notes.
#pragma once

#include <optional>
#include <string>

#include "guanxi/event/v1/trade.pb.h"
#include "importers/generator/scene.h"

namespace guanxi::importers::generator {

// An order of about `cents`, out of the first `line_count` business lines that the account buys.
event::v1::OrderPlaced MakeOrder(Scene& scene, std::string order_id, int64_t cents, uint32_t line_count);
int64_t CentsOf(const event::v1::OrderPlaced& order);
// The k-th business line the account buys.
std::string BusinessLineOf(const AccountPlan& plan, uint32_t k);

class Trade {
 public:
  // `project_id`: the joint project that runs; may be empty.
  void Live(Scene& scene, const std::string& project_id);
  // The account goes away.
  void Leave(Scene& scene, Timestamp at);

 private:
  struct Contract {
    std::string id;
    Timestamp ends;
  };

  void KeepUnderContract(Scene& scene);
  void Sign(Scene& scene, Timestamp at);
  void Renew(Scene& scene, Timestamp at);
  int64_t TypicalOrderCents(const Scene& scene) const;
  void Order(Scene& scene, Timestamp at, int64_t cents, const std::string& project_id);
  void Invoice(Scene& scene, const event::v1::OrderPlaced& order, Timestamp ordered_at);
  void Pay(Scene& scene, const std::string& invoice_id, int64_t cents, Timestamp issued_at, Timestamp due_at);
  void PayPart(Scene& scene, const std::string& invoice_id, int64_t cents, Timestamp at);
  void GiveCredit(Scene& scene, const event::v1::OrderPlaced& order, Timestamp at);

  std::optional<Contract> contract_;
  uint32_t contracts_ = 0;
  uint32_t orders_ = 0;
  uint32_t invoices_ = 0;
  uint32_t payments_ = 0;
  uint32_t credit_notes_ = 0;
};

}  // namespace guanxi::importers::generator
