// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/hazard.hpp>

#include <set>
#include <string>

#include <doctest/doctest.h>

using zddm::hazard;
using zddm::hazards;

static_assert(hazards{}.empty());
static_assert(hazards{hazard::stale_fill}.has(hazard::stale_fill));
static_assert(!hazards{hazard::stale_fill}.has(hazard::resurrected_delete));
static_assert(hazards::all().has_all({hazard::stale_fill, hazard::wrong_state_at_start}));
static_assert(!(hazards::all() - hazards{hazard::timed_out_first_write}).has(hazard::timed_out_first_write));
static_assert((hazards{hazard::stale_fill} | hazards{hazard::unhealed_poison}) ==
              hazards{hazard::unhealed_poison, hazard::stale_fill});

TEST_CASE("core hazard: each has a name of its own that starts with its number") {
  std::set<std::string> names;
  for (int n = 1; n <= zddm::hazard_count; ++n) {
    std::string const name(to_string(static_cast<hazard>(n)));
    CHECK(name.starts_with("H" + std::to_string(n) + ' '));
    names.insert(name);
  }
  CHECK(names.size() == zddm::hazard_count);
}

TEST_CASE("core hazard: agreements are ordered by what they promise") {
  CHECK(zddm::agreement::none < zddm::agreement::regular);
  CHECK(zddm::agreement::regular < zddm::agreement::linearizable);
  CHECK(to_string(zddm::agreement::regular) == "regular");
}
