// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/backfill/run.hpp>
#include <zddm/cli/key_facts.hpp>
#include <zddm/cli/shared_state.hpp>
#include <zddm/cli/store_facts.hpp>
#include <zddm/core/intent.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/lifecycle/settings.hpp>
#include <zddm/lifecycle/thresholds.hpp>
#include <zddm/proxy/guarantee.hpp>
#include <zddm/verify/drain.hpp>
#include <zddm/verify/repair.hpp>
#include <zddm/verify/report.hpp>
#include <zddm/verify/run.hpp>

namespace zddm::cli {

/// A migration as the commands see it, whatever its type. What follows `open` may throw what the stores throw.
class subject {
public:
  virtual ~subject() = default;

  virtual std::string_view name() const = 0;
  virtual std::vector<std::string_view> depends_on() const = 0;
  virtual std::string_view from() const = 0;
  virtual std::string_view to() const = 0;
  /// The highest rate the gate admits without being raised.
  virtual threshold reach() const = 0;
  /// What it asks of what its processes measure before it is switched.
  virtual lifecycle::thresholds thresholds() const = 0;
  /// Why there is no way back after the switch; empty where there is one.
  virtual std::string_view one_way() const = 0;
  /// Whether there are two stores to copy, compare and repair between; else the migration copies by itself.
  virtual bool between_stores() const = 0;
  /// What its proxy promises; nothing where the migration does not name one.
  virtual std::optional<promise> promised() const = 0;

  /// Makes the migration, once; what it needs of the environment is missing from here on or never.
  virtual void open() = 0;

  virtual store_facts about_old() = 0; ///< after one look at it
  virtual store_facts about_new() = 0; ///< after one look at it
  /// Throws ZD-115 where the text is no key.
  virtual key_facts explain(std::string const& key, lifecycle::settings const& now) = 0;

  virtual void prepare() = 0;                        ///< its own step, and New's side records
  virtual std::uint64_t rows_in_new() = 0;           ///< zero for a migration of one store
  virtual void clear_new() = 0;                      ///< New holds and knows nothing afterwards
  virtual void migrate() = 0;                        ///< its own step; not between stores
  virtual void destroy() = 0;                        ///< its own step, and New's side records go
  virtual void distrust(std::string const& key) = 0; ///< New asks Old for that key (text) from now on, or has what Old has

  virtual backfill::result copy(shared_state& state, backfill::options const& how) = 0;
  virtual verify::report compare(verify::options const& how) = 0;
  /// Compares, and heals what stays wrong.
  virtual verify::report heal(verify::options const& how, verify::repair_options const& mending, verify::repairs& done) = 0;
  /// Ends the writes that were marked in New by operations which are over, and says how many; New keeps their values.
  virtual std::uint64_t free_marks(std::function<bool(intent_id)> const& abandoned, std::stop_token const& stop) = 0;
  /// New is the authority: nobody whose authority is Old begins a write of it any more, however late he comes.
  virtual void seal() = 0;
  /// Heals keys that New does not know, while Old is the authority.
  virtual verify::drained drain(std::function<bool(intent_id)> const& abandoned, std::stop_token const& stop) = 0;
};

} // namespace zddm::cli
