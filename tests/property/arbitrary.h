// How rapidcheck makes, shrinks and shows drawn histories.
#pragma once

#include <rapidcheck.h>

#include "property/draws.h"
#include "property/dump.h"

namespace guanxi::property {

inline void showValue(const Draw& draw, std::ostream& out) {
  out << "{" << draw.family << "," << draw.kind << "," << draw.when << "," << draw.a << "," << draw.b << "," << draw.c << "}";
}

inline void showValue(const HistoryDraw& draw, std::ostream& out) {
  out << "calendar " << draw.calendar << " start " << draw.start << " policy " << draw.policy << " adoptions ";
  rc::show(draw.adoptions, out);
  out << " steps ";
  rc::show(draw.steps, out);
  out << "\n" << Story(AccountFrom(draw));
}

}  // namespace guanxi::property

namespace rc {

using guanxi::property::Draw;
using guanxi::property::HistoryDraw;

template <>
struct Arbitrary<Draw> {
  static Gen<Draw> arbitrary() {
    const auto byte = gen::inRange(0, 256);
    return gen::build<Draw>(gen::set(&Draw::family, byte), gen::set(&Draw::kind, byte), gen::set(&Draw::when, byte),
                            gen::set(&Draw::a, byte), gen::set(&Draw::b, byte), gen::set(&Draw::c, byte));
  }
};

template <>
struct Arbitrary<HistoryDraw> {
  static Gen<HistoryDraw> arbitrary() {
    const auto byte = gen::inRange(0, 256);
    return gen::build<HistoryDraw>(gen::set(&HistoryDraw::calendar, byte), gen::set(&HistoryDraw::start, byte),
                                   gen::set(&HistoryDraw::policy, byte),
                                   gen::set(&HistoryDraw::adoptions, gen::resize(3, gen::arbitrary<std::vector<Draw>>())),
                                   gen::set(&HistoryDraw::steps, gen::nonEmpty(gen::arbitrary<std::vector<Draw>>())));
  }
};

}  // namespace rc
