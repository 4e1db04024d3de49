// SPDX-License-Identifier: BSL-1.0
#include <zddm/lmdb/fail.hpp>

#include <cerrno>
#include <string>

#include <doctest/doctest.h>

namespace {
using zddm::error_class;

zddm::store_error thrown(int result, bool committing) {
  try {
    zddm::lmdb::fail(result, committing, "/some/where");
  } catch (zddm::store_error const& e) {
    return e;
  }
}
bool says(zddm::store_error const& e, std::string const& words) { return std::string(e.what()).find(words) != std::string::npos; }
} // namespace

TEST_CASE("lmdb fail: what cannot have been applied is transient or permanent") {
  for (int const result : {MDB_READERS_FULL, MDB_MAP_RESIZED, ENOSPC, EDQUOT, ENOMEM, EAGAIN, EMFILE})
    CHECK(thrown(result, false).kind() == error_class::transient);
  for (int const result : {MDB_CORRUPTED, MDB_INVALID, MDB_VERSION_MISMATCH, MDB_PANIC, MDB_BAD_VALSIZE, MDB_DBS_FULL,
                           MDB_MAP_FULL, MDB_TXN_FULL, MDB_INCOMPATIBLE, EACCES, ENOENT, EIO})
    CHECK(thrown(result, false).kind() == error_class::permanent);
}

TEST_CASE("lmdb fail: a commit the system broke off has an unknown outcome") {
  for (int const result : {EIO, ENOSPC, EPERM}) {
    auto const e = thrown(result, true);
    CHECK(e.kind() == error_class::unknown_outcome);
    CHECK(e.code() == 134);
    CHECK(says(e, "may have been applied"));
  }
  CHECK(thrown(MDB_TXN_FULL, true).kind() == error_class::permanent);
}

TEST_CASE("lmdb fail: the text says where, what LMDB calls it, that nothing was applied, and what to do") {
  auto const e = thrown(MDB_READERS_FULL, false);
  for (auto const* words : {"ZD-130", "/some/where", "maxreaders", "nothing was applied", "max_readers"}) CHECK(says(e, words));
}

TEST_CASE("lmdb fail: a refusal is permanent and says the same") {
  try {
    zddm::lmdb::refuse(135, "/some/where", "cannot hold this", "Use that");
    FAIL("nothing was thrown");
  } catch (zddm::store_error const& e) {
    CHECK(e.kind() == error_class::permanent);
    CHECK(e.code() == 135);
    CHECK(says(e, "LMDB environment /some/where cannot hold this; nothing was applied. Use that"));
  }
}
