// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/hana/define_struct.hpp>

#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/identity.hpp>
#include <zddm/lifecycle/record.hpp>
#include <zddm/lifecycle/state_store.hpp>

namespace zddm::lifecycle {

/// Who works on a migration, at `m/NAME/operator`.
struct operator_entry {
  BOOST_HANA_DEFINE_STRUCT(operator_entry, (identity, owner), (std::string, command), (std::int64_t, expires),
                           (std::string, since));

  bool over(std::chrono::milliseconds now) const { return now.count() > expires || owner.gone(); }

  friend bool operator==(operator_entry const&, operator_entry const&) = default;
};

/// Another operator works on the migration, or took it over. Nothing was changed.
class held : public error {
public:
  held(std::string const& text, operator_entry by) : error(203, text), by_(std::move(by)) {}
  operator_entry const& by() const noexcept { return by_; }

private:
  operator_entry by_;
};

/// Who holds a migration now; nothing where nobody does or the holder's time is over.
template <state_store Store> std::optional<operator_entry> operator_of(Store& store, std::string_view name) {
  auto const path = entry::path(name, "operator");
  auto const found = store.read(path);
  if (!found) return std::nullopt;
  auto const one = entry::decode<operator_entry>("operator", path, found->value);
  if (one.over(store.now())) return std::nullopt;
  return one;
}

/// The right to move one migration, held by one operator at a time; given back when destroyed, and open to anybody once it
/// was not renewed for its length or its owner is known to be dead. One thread at a time may call it.
template <state_store Store> class operator_lease {
public:
  /// Throws `held` where another operator's lease runs.
  operator_lease(Store& store, std::string_view name, std::string command,
                 std::chrono::milliseconds length = std::chrono::seconds(30))
      : store_(&store), path_(entry::path(name, "operator")), mine_{identity::self(), std::move(command), 0, wall_time()},
        length_(length) {
    auto const found = store_->read(path_);
    if (found) {
      auto const other = entry::decode<operator_entry>("operator", path_, found->value);
      if (!other.over(store_->now())) throw refusal(other);
    }
    take(found ? found->revision : 0);
  }
  operator_lease(operator_lease const&) = delete;
  operator_lease& operator=(operator_lease const&) = delete;
  ~operator_lease() {
    try {
      release();
    } catch (...) { // it ends by itself
    }
  }

  /// Holds it for another length. Throws `held` if somebody took it over meanwhile.
  void renew() { take(revision_); }

  void release() {
    if (revision_ == 0) return;
    std::array<change, 1> const removal{{{path_, std::exchange(revision_, 0), {}}}};
    store_->commit(removal);
  }

private:
  void take(std::uint64_t expected) {
    mine_.expires = (store_->now() + length_).count();
    auto const text = entry::encode("operator", mine_);
    std::array<change, 1> const mine{{{path_, expected, text}}};
    bool const taken = store_->commit(mine);
    auto const found = store_->read(path_);
    if (taken && found && found->value == text) {
      revision_ = found->revision;
      return;
    }
    revision_ = 0;
    throw refusal(found ? entry::decode<operator_entry>("operator", path_, found->value) : operator_entry{});
  }

  held refusal(operator_entry const& by) const {
    auto const who = by.command.empty() ? std::string("another operator took the migration over")
                                        : by.owner.who() + " runs " + by.command + " since " + by.since;
    return {who + "; nothing was changed by this command. Wait for it or stop it: its hold ends " +
                std::to_string(length_.count() / 1000) + " s after its last sign of life",
            by};
  }

  Store* store_;
  std::string path_;
  operator_entry mine_;
  std::chrono::milliseconds length_;
  std::uint64_t revision_ = 0;
};

} // namespace zddm::lifecycle
