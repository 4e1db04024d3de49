// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <zddm/sqlite/database.hpp>

namespace zddm::sqlite {

/// What a transaction may do: `read` sees one snapshot from its first statement on; `write` is alone with the file.
enum class access { read, write };

/// All or nothing: applied by `commit`, undone if it ends without.
class transaction {
public:
  transaction(session& s, access a) : session_(&s) {
    s.run(a == access::write ? database::begin_immediate : database::begin).finish();
    s.connection().in_transaction = true;
  }
  transaction(transaction const&) = delete;
  transaction& operator=(transaction const&) = delete;
  ~transaction() {
    if (!open_ || session_->connection().inherited()) return;
    session_->connection().in_transaction = false;
    if (sqlite3_get_autocommit(session_->connection().handle()) != 0) return;
    try {
      session_->run(database::roll_back).finish();
    } catch (...) { // the session gives up a connection that is still in a transaction
    }
  }

  /// Throws `unknown_outcome` where the disk failed; after any other error nothing is applied.
  void commit() {
    session_->connection().in_transaction = false;
    session_->run(database::commit).finish(true);
    open_ = false;
  }

private:
  session* session_;
  bool open_ = true;
};

} // namespace zddm::sqlite
