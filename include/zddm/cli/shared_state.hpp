// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/cli/failure.hpp>
#include <zddm/cli/shared_queue.hpp>
#include <zddm/cli/state_failure.hpp>
#include <zddm/core/error.hpp>
#include <zddm/lifecycle/state_store.hpp>
#include <zddm/sqlite/state_store.hpp>

namespace zddm::cli {

/// A state store that `--state` can name: `url_form` shows how, and its constructor takes what `named_by(url)` is, nothing for
/// the URL of another kind. Where that can hold a `secret()`, a URL that does is refused.
template <class Store>
concept addressable_state_store = lifecycle::state_store<Store> && requires(std::string const& url) {
  { Store::url_form } -> std::convertible_to<std::string_view>;
  { Store::named_by(url).has_value() } -> std::same_as<bool>;
  Store(*Store::named_by(url), {.create = true});
};

struct state_kind;

/// Any `lifecycle::state_store`, so that the commands are compiled once. Its failures are `state_failure`.
class shared_state {
public:
  /// Borrows the store.
  template <lifecycle::state_store Store> static shared_state of(Store& store) {
    return shared_state(std::make_unique<model<Store&>>(store));
  }

  /// What the URL names, if it is of this kind.
  template <addressable_state_store Store> static std::optional<shared_state> open_as(std::string const& url, bool make) {
    auto const place = [&] {
      try {
        return Store::named_by(url);
      } catch (error const& e) {
        throw failure(412, exit_code::usage, "the URL of the state store is not understood",
                      {{"it looks like", std::string(Store::url_form)}});
      }
    }();
    if (!place) return std::nullopt;
    if constexpr (requires { place->secret(); })
      if (place->secret())
        throw failure(413, exit_code::usage, "there is a password in the URL of the state store, for everybody to see",
                      {{"leave it out, and give it by the environment or a file", ""}});
    return state_failure::guarded([&] { return shared_state(std::make_unique<model<Store>>(*place, make)); });
  }

  /// `sqlite:PATH`, or one of further kinds. Throws `failure` for any other URL, and for a store that is not there unless it may
  /// be made.
  static shared_state open(std::string const& url, bool make, std::span<state_kind const> further = {});

  std::optional<lifecycle::stored> read(std::string_view path) {
    return state_failure::guarded([&] { return inner_->read(path); });
  }
  std::vector<lifecycle::stored> list(std::string_view path) {
    return state_failure::guarded([&] { return inner_->list(path); });
  }
  bool commit(std::span<lifecycle::change const> changes) {
    return state_failure::guarded([&] { return inner_->commit(changes); });
  }
  std::chrono::milliseconds now() {
    return state_failure::guarded([&] { return inner_->now(); });
  }

  /// What the workers of a backfill share.
  shared_queue queue(std::string_view name) { return inner_->queue(name); }

private:
  struct concept_type {
    virtual ~concept_type() = default;
    virtual std::optional<lifecycle::stored> read(std::string_view path) = 0;
    virtual std::vector<lifecycle::stored> list(std::string_view path) = 0;
    virtual bool commit(std::span<lifecycle::change const> changes) = 0;
    virtual std::chrono::milliseconds now() = 0;
    virtual shared_queue queue(std::string_view name) = 0;
  };
  template <class Store> struct model final : concept_type {
    explicit model(Store given)
      requires std::is_reference_v<Store>
        : store(given) {}
    template <class Place> model(Place const& place, bool make) : store(place, {.create = make}) {}
    std::optional<lifecycle::stored> read(std::string_view path) override { return store.read(path); }
    std::vector<lifecycle::stored> list(std::string_view path) override { return store.list(path); }
    bool commit(std::span<lifecycle::change const> changes) override { return store.commit(changes); }
    std::chrono::milliseconds now() override { return store.now(); }
    shared_queue queue(std::string_view name) override {
      return shared_queue(std::make_unique<backfill::state_queue<std::remove_reference_t<Store>>>(store, name));
    }
    Store store;
  };

  explicit shared_state(std::unique_ptr<concept_type> inner) : inner_(std::move(inner)) {}

  std::unique_ptr<concept_type> inner_;
};

/// A kind of state store that a program of its own can be given: `zddm::cli::run<users>(c, v, {kind_of<postgres::state_store>})`.
struct state_kind {
  std::string_view form;
  std::optional<shared_state> (*open)(std::string const& url, bool make);
};

template <addressable_state_store Store> inline constexpr state_kind kind_of{Store::url_form, &shared_state::open_as<Store>};

inline shared_state shared_state::open(std::string const& url, bool make, std::span<state_kind const> further) {
  if (url.empty())
    throw failure(411, exit_code::usage, "no state store is given",
                  {{"name it for this command", "--state sqlite:PATH"}, {"or for all", "export ZD_STATE=sqlite:PATH"}});
  std::vector<state_kind> kinds{kind_of<sqlite::state_store>};
  kinds.insert(kinds.end(), further.begin(), further.end());
  std::vector<finding> known;
  for (auto const& kind : kinds) {
    if (auto found = kind.open(url, make)) return std::move(*found);
    known.push_back({known.empty() ? "known are" : "and", std::string(kind.form)});
  }
  // Not the whole of it: it may be meant for another kind, and hold a password.
  throw failure(412, exit_code::usage, "'" + url.substr(0, url.find_first_of(":=")) + "' names no state store", known);
}

static_assert(lifecycle::state_store<shared_state>);

} // namespace zddm::cli
