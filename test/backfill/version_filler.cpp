// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/version_filler.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/backfill/copy.hpp>
#include <zddm/memory/store.hpp>

using people = zddm::memory::store<int, std::string>;
using filler = zddm::backfill::version_filler<people, people>;

static_assert(zddm::backfill::target<filler, people>);

TEST_CASE("version_filler gives New what Old holds, with its version, once") {
  people from, to;
  from.put(1, "older than versions");
  from.put_next(2, "v", 7);
  filler f(from, to);
  CHECK(f.fill(1));
  CHECK(f.fill(2));
  CHECK_FALSE(f.fill(1));
  CHECK_FALSE(f.fill(2));
  CHECK_FALSE(f.fill(3));
  CHECK(to.get_versioned(1).version == zddm::oldest_version);
  CHECK(to.get_versioned(2) == from.get_versioned(2));
}

TEST_CASE("version_filler H1 H2 H9: what was written or erased since the page was read stays") {
  people from, to;
  from.put_next(1, "v1", 7);
  from.put_next(2, "v1", 7);
  filler f(from, to);
  zddm::backfill::copy<people, filler> copy(from, f);
  decltype(copy)::page_type page;
  copy.read({}, 10, page);
  to.put_if_newer(1, "v2", from.put_next(1, "v2", 8));
  to.erase_if_newer(2, from.erase_next(2, 8));
  CHECK(copy.write(page) == 0);
  CHECK(to.get(1) == "v2");
  CHECK_FALSE(to.get(2));
  // One that read Old before the erase and fills after it.
  CHECK_FALSE(to.put_if_newer(2, "v1", {1, 7}));
}
