// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

#include <zddm/cli/environment.hpp>
#include <zddm/consistency/intent.hpp>
#include <zddm/consistency/sampled.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/gate/dial.hpp>
#include <zddm/lifecycle/shared.hpp>
#include <zddm/lmdb/environment.hpp>
#include <zddm/lmdb/store.hpp>
#include <zddm/observer/counters.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/store.hpp>

#include "package.hpp"

/// Moves the packages from a table of SQLite to LMDB. The service and `zd` open the same stores through it.
class packages_to_lmdb {
  using old_table = zddm::sqlite::store<std::string, package_v1>;

public:
  static constexpr std::string_view name = "packages_to_lmdb";
  static constexpr std::string_view from = "sqlite:packages_v1";
  static constexpr std::string_view to = "lmdb:packages";

  using old_type = zddm::mapped<old_table, split_fields>;
  using new_type = zddm::lmdb::store<std::string, package>;
  using proxy_type = zddm::proxy<old_type, new_type, zddm::lifecycle::shared, zddm::gate::dial, zddm::observer::counters,
                                 zddm::consistency::sampled<1, 100, zddm::consistency::report, zddm::consistency::intent>>;

  explicit packages_to_lmdb(zddm::cli::environment const& env) : packages_to_lmdb(env.get("PACKAGES_DIR", ".")) {}
  explicit packages_to_lmdb(std::string const& folder)
      : database_(folder + "/old.db", {.synchronous = zddm::sqlite::synchronous::normal}),
        table_(database_, {.table = "packages_v1", .key = {"name"}}), old_(table_),
        environment_(folder + "/new.lmdb", {.durability = zddm::lmdb::durability::last_commit}), new_(environment_, "packages") {}

  old_type& old_store() { return old_; }
  new_type& new_store() { return new_; }
  old_table& table() { return table_; }

  void destroy() { table_.drop_table(); }

private:
  zddm::sqlite::database database_;
  old_table table_;
  old_type old_;
  zddm::lmdb::environment environment_;
  new_type new_;
};
