// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>

#include <sqlite3.h>

#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/fail.hpp>

namespace zddm::sqlite {

/// What a transaction may do: `read` sees one snapshot from its first statement on; `write` is alone with the file.
enum class access { read, write };

/// All or nothing: applied by `commit`, undone if it ends without. Writers among the threads of a database take turns in the
/// order they came; one that waits for itself fails as `transient`.
class transaction {
public:
  transaction(session& s, access a) : session_(&s), writes_(a == access::write) {
    auto& c = s.connection();
    if (writes_) {
      auto const waited = s.writers().enter(c.patience);
      if (!waited) sqlite::fail(SQLITE_BUSY, false, c.path());
      c.waited = *waited;
    }
    c.in_transaction = true; // whatever fails from here on to the commit is not applied
    try {
      if (writes_) c.confirm_place();
      s.run(writes_ ? database::begin_immediate : database::begin).finish();
    } catch (...) {
      c.in_transaction = false;
      leave();
      throw;
    }
  }
  transaction(transaction const&) = delete;
  transaction& operator=(transaction const&) = delete;
  ~transaction() {
    auto& c = session_->connection();
    if (!open_ || c.inherited()) return;
    c.in_transaction = false;
    if (sqlite3_get_autocommit(c.handle()) == 0) roll_back();
    leave();
  }

  /// Throws `unknown_outcome` where the disk failed; after any other error nothing is applied.
  void commit() {
    session_->connection().in_transaction = false;
    session_->run(database::commit).finish(true);
    open_ = false;
    leave();
  }

private:
  void roll_back() noexcept {
    try {
      session_->run(database::roll_back).finish();
    } catch (...) { // the session gives up a connection that is still in a transaction
    }
  }

  void leave() {
    if (writes_) session_->writers().leave();
    session_->connection().waited = {};
  }

  session* session_;
  bool writes_;
  bool open_ = true;
};

} // namespace zddm::sqlite
