// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace zddm {

/// What New knows about a key. `unknown` is not `absent`: it means that Old has to be asked.
enum class knowledge : std::uint8_t { unknown, present, absent };

/// Names one write in flight: the process that began it and a number that process never uses again.
struct intent_id {
  std::uint64_t process = 0;
  std::uint64_t operation = 0;

  friend constexpr auto operator<=>(intent_id const&, intent_id const&) = default;
};

/// What `begin` and `mark` return and `end` and `release` take back.
struct intent {
  intent_id id;
  std::uint64_t generation = 0;
  bool alone = false; ///< no other write of this key was in flight when this one began
};

/// One look at a key in New: what it knows, the value if present, and the sequence number a later `fill` must carry.
template <class Value> struct sighting {
  knowledge known = knowledge::unknown;
  std::optional<Value> value;
  std::uint64_t seen = 0;
  bool pending = false;         ///< some write of this key is in flight, or its process died in it
  std::uint64_t generation = 0; ///< of the key's record; 0: it has none, or the value is present
};

/// The small record beside a value in New, and the only place where the rules of the `intent` protocol stand.
/// A store keeps it in the same atomic step as the value and asks it what to do; it has no record for a key whose value
/// is present with nothing in flight. `sequence` arguments are fresh numbers of one ever-rising counter of the store.
struct intent_record {
  knowledge known = knowledge::unknown;
  std::uint64_t generation = 0;
  std::vector<intent_id> pending;

  friend bool operator==(intent_record const&, intent_record const&) = default;

  /// A write whose authority is New is in flight. None whose authority is Old may begin beside it: the two stores would
  /// take them in different orders.
  bool marked() const { return known != knowledge::unknown && !pending.empty(); }

  /// New alone knows what the key holds, and nobody is about to change it.
  bool settled() const { return known != knowledge::unknown && pending.empty(); }

  /// A write starts, beside no marked one: the store must drop the value in the same step.
  intent begin(intent_id id, std::uint64_t sequence) {
    known = knowledge::unknown;
    return join(id, sequence);
  }

  /// A write starts in New, the authority, where the key is settled: the store must put the value (or drop it, for an
  /// erase) in the same step.
  intent mark(intent_id id, std::uint64_t sequence, bool has_value) {
    known = has_value ? knowledge::present : knowledge::absent;
    return join(id, sequence);
  }

  /// A write ends. True: the store must put the value (or leave it dropped, for an erase). False: the key stays as it is.
  bool end(intent const& t, std::uint64_t sequence, bool has_value) {
    bool const mine = leave(t.id);
    if (mine && pending.empty() && t.alone && generation == t.generation) {
      known = has_value ? knowledge::present : knowledge::absent;
      return true;
    }
    if (pending.empty() && known == knowledge::unknown) generation = sequence;
    return false;
  }

  /// A write ends without a value: what was unknown stays unknown, what was marked stays valid.
  void release(intent const& t, std::uint64_t sequence) {
    leave(t.id);
    if (pending.empty() && known == knowledge::unknown) generation = sequence;
  }

  /// Every write in flight loses its right to end with a value: the store must drop the value in the same step.
  void fence(std::uint64_t sequence) {
    known = knowledge::unknown;
    generation = sequence;
    pending.clear();
  }

  /// Whether a value read from Old after `seen` was taken may become New's: nothing began, ended or was fenced since.
  bool admits_fill(std::uint64_t seen, std::uint64_t floor) const {
    return known == knowledge::unknown && pending.empty() && generation <= seen && seen >= floor;
  }

  void filled(bool has_value) { known = has_value ? knowledge::present : knowledge::absent; }

  /// The row alone says everything: the store need not keep this record.
  bool redundant() const { return known == knowledge::present && pending.empty(); }

private:
  intent join(intent_id id, std::uint64_t sequence) {
    intent const t{id, sequence, pending.empty()};
    generation = sequence;
    pending.push_back(id);
    return t;
  }

  bool leave(intent_id id) {
    auto const it = std::find(pending.begin(), pending.end(), id);
    if (it == pending.end()) return false;
    pending.erase(it);
    return true;
  }
};

} // namespace zddm
