// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/hana/define_struct.hpp>

#include <zddm/lifecycle/entry.hpp>
#include <zddm/lifecycle/state_store.hpp>
#include <zddm/verify/position.hpp>

namespace zddm::verify {

/// The position of one migration's verification, under `m/NAME/verify/KIND` of a state store; `kind` tells verifications of one
/// migration apart that go different ways. One saved for another `identity` is not taken up.
template <lifecycle::state_store State> class checkpoint {
public:
  checkpoint(State& state, std::string_view name, std::string_view kind, std::string identity)
      : state_(state), path_(lifecycle::entry::path(name, "verify/") + std::string(kind)), identity_(std::move(identity)) {}

  /// Throws ZD-201 for one that is damaged.
  std::optional<position> load() const {
    auto const found = state_.read(path_);
    if (!found) return std::nullopt;
    auto stored = lifecycle::entry::decode<saved>("verification", found->path, found->value);
    return stored.identity == identity_ ? std::optional(std::move(stored.at)) : std::nullopt;
  }

  void save(position const& at) { write(lifecycle::entry::encode("verification", saved{identity_, at})); }

  /// The next verification starts from the beginning.
  void forget() { write(std::nullopt); }

  /// All of a migration.
  static void forget_all(State& state, std::string_view name) {
    std::vector<lifecycle::change> gone;
    for (auto const& s : state.list(lifecycle::entry::path(name, "verify/")))
      gone.push_back({s.path, lifecycle::any_revision, std::nullopt});
    if (!gone.empty()) state.commit(gone);
  }

private:
  struct saved {
    BOOST_HANA_DEFINE_STRUCT(saved, (std::string, identity), (position, at));
  };

  void write(std::optional<std::string> text) {
    lifecycle::change const one{path_, lifecycle::any_revision, std::move(text)};
    state_.commit(std::span(&one, 1));
  }

  State& state_;
  std::string path_;
  std::string identity_;
};

} // namespace zddm::verify
