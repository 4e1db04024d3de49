// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/core/error.hpp>
#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::backfill {

/// What is to be copied. Made once, before the first row; keys are in their text form.
struct plan {
  BOOST_HANA_DEFINE_STRUCT(plan, (std::string, id),            // no two plans have the same
                           (std::string, identity),            // what the plan was made for
                           (std::uint64_t, rows),              // how many there were
                           (std::vector<std::string>, bounds), // the last key of each chunk
                           (bool, tail));                      // one more chunk has no last key

  std::size_t chunks() const { return bounds.size() + tail; }

  friend bool operator==(plan const&, plan const&) = default;
};

/// How far one chunk is. Every row up to `last` has been offered to New, and is counted exactly once.
struct mark {
  BOOST_HANA_DEFINE_STRUCT(mark, (bool, done), (std::optional<std::string>, last), (std::uint64_t, copied),
                           (std::uint64_t, skipped),                 // were there already, or in somebody's hands
                           (std::uint64_t, refused),                 // have no counterpart in New's shape
                           (std::vector<std::string>, refused_keys), // some of those
                           (std::string, worker));

  friend bool operator==(mark const&, mark const&) = default;
};

/// Plan and marks of one migration's backfill, under `m/NAME/backfill/` of a state store. A mark is saved after the rows
/// it speaks of, so that a run that died at any instruction is taken up where its last mark is.
template <lifecycle::state_store State> class checkpoint {
public:
  /// A mark and the revision it is stored with; no revision: it is not stored yet.
  struct held {
    backfill::mark mark{};
    std::uint64_t revision = 0;
  };

  checkpoint(State& state, std::string_view name) : state_(state), root_(lifecycle::entry::path(name, "backfill/")) {}

  std::optional<backfill::plan> plan() const {
    auto const found = state_.read(root_ + "plan");
    if (!found) return std::nullopt;
    return lifecycle::entry::decode<backfill::plan>("plan", found->path, found->value);
  }

  /// False if there is a plan already; nothing was changed then.
  bool begin(backfill::plan const& p) {
    lifecycle::change const made{root_ + "plan", 0, lifecycle::entry::encode("plan", p)};
    return state_.commit(std::span(&made, 1));
  }

  /// One mark for each chunk, also for those that were never saved. Throws ZD-201 for one that is damaged.
  std::vector<held> marks(backfill::plan const& p) const {
    std::vector<held> all(p.chunks());
    std::string const folder = folder_of(p);
    for (auto const& s : state_.list(folder)) {
      std::size_t const id = number(std::string_view(s.path).substr(folder.size()));
      if (id >= all.size()) continue;
      all[id] = {lifecycle::entry::decode<backfill::mark>("mark", s.path, s.value), s.revision};
    }
    return all;
  }

  /// Throws ZD-241 if somebody else has saved a mark of this chunk since; nothing was changed then.
  void save(backfill::plan const& p, std::size_t id, held& h) {
    std::string const digits = std::to_string(id);
    std::string const path = folder_of(p) + std::string(8 - std::min<std::size_t>(digits.size(), 8), '0') + digits;
    std::string const entry = lifecycle::entry::encode("mark", h.mark);
    lifecycle::change const moved{path, h.revision, entry};
    bool const applied = state_.commit(std::span(&moved, 1));
    auto const now = applied ? state_.read(path) : std::nullopt;
    if (!now || now->value != entry)
      throw error(241, "another worker has moved chunk " + std::to_string(id) +
                           " of this backfill on; no row is lost or copied twice, since both fill under the same fence. "
                           "Let the other worker finish, or stop it and run zd migrate again");
    h.revision = now->revision;
  }

  /// The next run starts from the beginning; rows in New are left alone.
  void forget() {
    std::vector<lifecycle::change> gone;
    for (auto const& s : state_.list(root_)) gone.push_back({s.path, lifecycle::any_revision, std::nullopt});
    if (!gone.empty()) state_.commit(gone);
  }

private:
  std::string folder_of(backfill::plan const& p) const { return root_ + p.id + "/"; }

  /// Past every chunk if it is no number.
  static std::size_t number(std::string_view digits) {
    std::size_t n = 0;
    auto const [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    return problem == std::errc() && end == digits.data() + digits.size() ? n : std::numeric_limits<std::size_t>::max();
  }

  State& state_;
  std::string root_;
};

} // namespace zddm::backfill
