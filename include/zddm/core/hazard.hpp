// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace zddm {

/// The ways in which a live migration goes wrong, by the numbers of `docs/explanation/protocol.md`.
enum class hazard : std::uint8_t {
  stale_fill = 1,             ///< H1: a value read before a write fills New after it
  resurrected_delete,         ///< H2: a value read before an erase fills New after it
  reordered_writers,          ///< H3: two writers reach Old in one order and New in the other
  failed_second_write,        ///< H4: Old takes a write and New fails it
  crash_between_writes,       ///< H5: a process dies after Old took a write and before New did
  timed_out_first_write,      ///< H6: a write of Old that was not heard of was, or will be, applied
  cancelled_between_writes,   ///< H7: an operation is unwound after Old took its write
  gate_down_and_up,           ///< H8: a key written while the gate was closed is read from New when it opens again
  backfill_over_newer,        ///< H9: a copier puts a value that was overwritten meanwhile
  unhealed_poison,            ///< H10: a wrong entry of New is skipped by every copy
  repair_under_a_slow_writer, ///< H11: an abandoned write is repaired, and then reaches Old after all
  switch_before_drain,        ///< H12: an operation of an earlier row is under way when the next row begins
  repair_with_an_old_read,    ///< H13: verification repairs with a value that was overwritten meanwhile
  restarted_time_to_live,     ///< H14: a copied value lives longer than the one it was copied from
  update_on_two_bases,        ///< H15: a read-modify-write is applied to each store's own value, or lost between two
  wrong_state_at_start        ///< H16: a process starts in a state the fleet is not in
};

inline constexpr int hazard_count = 16;

/// A set of hazards.
class hazards {
public:
  constexpr hazards() = default;
  constexpr hazards(std::initializer_list<hazard> some) {
    for (auto const h : some) bits_ |= bit(h);
  }

  static constexpr hazards all() {
    hazards every;
    for (int n = 1; n <= hazard_count; ++n) every.bits_ |= bit(static_cast<hazard>(n));
    return every;
  }

  constexpr bool has(hazard h) const { return (bits_ & bit(h)) != 0; }
  constexpr bool has_all(hazards const& h) const { return (bits_ & h.bits_) == h.bits_; }
  constexpr bool empty() const { return bits_ == 0; }

  friend constexpr hazards operator|(hazards a, hazards const& b) {
    a.bits_ |= b.bits_;
    return a;
  }
  /// Those of `a` that are not in `b`.
  friend constexpr hazards operator-(hazards a, hazards const& b) {
    a.bits_ &= ~b.bits_;
    return a;
  }
  friend constexpr bool operator==(hazards const&, hazards const&) = default;

private:
  static constexpr std::uint32_t bit(hazard h) { return std::uint32_t{1} << static_cast<unsigned>(h); }
  std::uint32_t bits_ = 0;
};

constexpr std::string_view to_string(hazard h) {
  switch (h) {
  case hazard::stale_fill: return "H1 stale fill";
  case hazard::resurrected_delete: return "H2 resurrected delete";
  case hazard::reordered_writers: return "H3 reordered writers";
  case hazard::failed_second_write: return "H4 failed second write";
  case hazard::crash_between_writes: return "H5 crash between writes";
  case hazard::timed_out_first_write: return "H6 timed-out first write";
  case hazard::cancelled_between_writes: return "H7 cancelled between writes";
  case hazard::gate_down_and_up: return "H8 gate down and up";
  case hazard::backfill_over_newer: return "H9 backfill over newer";
  case hazard::unhealed_poison: return "H10 unhealed poison";
  case hazard::repair_under_a_slow_writer: return "H11 repair under a slow writer";
  case hazard::switch_before_drain: return "H12 switch before drain";
  case hazard::repair_with_an_old_read: return "H13 repair with an old read";
  case hazard::restarted_time_to_live: return "H14 restarted time to live";
  case hazard::update_on_two_bases: return "H15 update on two bases";
  case hazard::wrong_state_at_start: break;
  }
  return "H16 wrong state at start";
}

/// What a read may return beside a write in flight.
enum class agreement : std::uint8_t {
  none,        ///< an earlier value, for any time
  regular,     ///< the last write that ended, or one in flight
  linearizable ///< as if there were one copy and one order of all operations
};

constexpr std::string_view to_string(agreement a) {
  switch (a) {
  case agreement::none: return "none";
  case agreement::regular: return "regular";
  case agreement::linearizable: break;
  }
  return "linearizable";
}

} // namespace zddm
