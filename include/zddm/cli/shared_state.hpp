// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zddm/cli/failure.hpp>
#include <zddm/core/error.hpp>
#include <zddm/lifecycle/state_store.hpp>
#include <zddm/sqlite/state_store.hpp>

namespace zddm::cli {

/// The state store could not be reached or used; told apart from a failure of the migration's own stores.
class state_failure : public store_error {
public:
  explicit state_failure(store_error const& e) : store_error(e.kind(), without_code(e.what()), e.code()) {}

private:
  static std::string without_code(std::string_view what) {
    auto const colon = what.find(": ");
    return std::string(what.starts_with("ZD-") && colon != std::string_view::npos ? what.substr(colon + 2) : what);
  }
};

/// Any `lifecycle::state_store`, so that the commands are compiled once. Its failures are `state_failure`.
class shared_state {
  template <class F> static auto guarded(F&& f) {
    try {
      return f();
    } catch (store_error const& e) {
      throw state_failure(e);
    }
  }

public:
  /// Borrows the store.
  template <lifecycle::state_store Store> static shared_state of(Store& store) {
    return shared_state(std::make_unique<model<Store&>>(store));
  }

  /// `sqlite:PATH`. Throws `failure` for any other URL, and for a file that is not there unless it may be made.
  static shared_state open(std::string const& url, bool make) {
    if (url.empty())
      throw failure(411, exit_code::usage, "no state store is given",
                    {{"name it for this command", "--state sqlite:PATH"}, {"or for all", "export ZD_STATE=sqlite:PATH"}});
    if (!url.starts_with("sqlite:") || url.size() == 7)
      throw failure(412, exit_code::usage, "'" + url + "' names no state store", {{"known are", "sqlite:PATH"}});
    std::string const path = url.substr(7);
    if (!make && !std::filesystem::exists(path))
      throw failure(413, exit_code::unreachable, "the state store " + path + " is not there",
                    {{"is the path right?", "--state sqlite:PATH"}, {"the first step makes it", "zd prepare"}});
    sqlite::options how;
    how.create = make;
    return guarded([&] { return shared_state(std::make_unique<model<sqlite::state_store>>(path, how)); });
  }

  std::optional<lifecycle::stored> read(std::string_view path) {
    return guarded([&] { return inner_->read(path); });
  }
  std::vector<lifecycle::stored> list(std::string_view path) {
    return guarded([&] { return inner_->list(path); });
  }
  bool commit(std::span<lifecycle::change const> changes) {
    return guarded([&] { return inner_->commit(changes); });
  }
  std::chrono::milliseconds now() {
    return guarded([&] { return inner_->now(); });
  }

private:
  struct concept_type {
    virtual ~concept_type() = default;
    virtual std::optional<lifecycle::stored> read(std::string_view path) = 0;
    virtual std::vector<lifecycle::stored> list(std::string_view path) = 0;
    virtual bool commit(std::span<lifecycle::change const> changes) = 0;
    virtual std::chrono::milliseconds now() = 0;
  };
  template <class Store> struct model final : concept_type {
    template <class... A> explicit model(A&&... a) : store(std::forward<A>(a)...) {}
    std::optional<lifecycle::stored> read(std::string_view path) override { return store.read(path); }
    std::vector<lifecycle::stored> list(std::string_view path) override { return store.list(path); }
    bool commit(std::span<lifecycle::change const> changes) override { return store.commit(changes); }
    std::chrono::milliseconds now() override { return store.now(); }
    Store store;
  };

  explicit shared_state(std::unique_ptr<concept_type> inner) : inner_(std::move(inner)) {}

  std::unique_ptr<concept_type> inner_;
};

static_assert(lifecycle::state_store<shared_state>);

} // namespace zddm::cli
