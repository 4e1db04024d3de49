// SPDX-License-Identifier: BSL-1.0
#include "matrix/world.hpp"

#include <zddm/lmdb/store.hpp>
#include <zddm/sqlite/store.hpp>

#include "tools/scratch.hpp"

namespace {

using namespace zddm;
using namespace matrix;

struct file {
  test::scratch folder;
  sqlite::database database{folder / "rows.db", {.synchronous = sqlite::synchronous::off}};
};
struct environment {
  test::scratch folder;
  lmdb::environment env{folder / "rows", {.durability = lmdb::durability::none}};
};

using sqlite_rows = sqlite::store<std::string, std::string>;
using lmdb_rows = lmdb::store<std::string, std::string>;

struct sqlite_to_lmdb : private file, private environment {
  using old_store = sqlite_rows;
  using new_store = lmdb_rows;

  sqlite_to_lmdb() {
    from_.create_table();
    from_.create_records();
    to_.create_records();
  }
  old_store& from() { return from_; }
  new_store& to() { return to_; }

private:
  old_store from_{database, {.table = "rows"}};
  new_store to_{env, "rows"};
};

struct lmdb_to_sqlite : private file, private environment {
  using old_store = lmdb_rows;
  using new_store = sqlite_rows;

  lmdb_to_sqlite() {
    from_.create_records();
    to_.create_table();
    to_.create_records();
  }
  old_store& from() { return from_; }
  new_store& to() { return to_; }

private:
  old_store from_{env, "rows"};
  new_store to_{database, {.table = "rows"}};
};

using consistency::key_locked;
using by_intent = consistency::intent;
using off_path_flow = cache::flow<cache::read_back_on<matrix::executor>, cache::write_back_on<matrix::executor>>;

} // namespace

TEST_CASE_TEMPLATE("matrix: real stores, both ways", Stores, sqlite_to_lmdb, lmdb_to_sqlite) {
  holds<Stores, by_intent>(15);
  holds<Stores, by_intent, gate::dial, off_path_flow>(15);
  holds<Stores, key_locked, gate::percentage<50>>(15);
  holds<Stores, consistency::journaled<key_locked>, off_path_flow>(15);
  holds<Stores, consistency::sampled<1, 2, consistency::repair, by_intent>, failure::circuit_breaker<3, 60'000>>(15);
}
