#include "partition/projector_state.h"

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::partition {

std::string EncodeState(const ProjectorState& state) {
  std::string out(1, '\1');
  for (const uint64_t n : {state.log_size, state.feed_size, state.sweep_slices, uint64_t{state.accounts}}) PutVarint(out, n);
  for (const Timestamp t : {state.clock, state.swept_to, state.newest}) PutVarint(out, ZigZag(t.micros));
  PutLengthPrefixed(out, state.policy_positions);
  return out;
}

absl::StatusOr<ProjectorState> DecodeState(std::string_view bytes) {
  ByteReader in(bytes);
  const bool known = in.LittleEndian<uint8_t>() == 1;
  ProjectorState state;
  for (uint64_t* n : {&state.log_size, &state.feed_size, &state.sweep_slices}) *n = in.Varint();
  state.accounts = static_cast<uint32_t>(in.Varint());
  for (Timestamp* t : {&state.clock, &state.swept_to, &state.newest}) t->micros = UnZigZag(in.Varint());
  state.policy_positions = in.LengthPrefixed();
  if (!known || !in.ok() || !in.AtEnd()) return Refuse(Reason::STORE_CORRUPT, "the state of the views does not decode");
  return state;
}

}  // namespace guanxi::partition
