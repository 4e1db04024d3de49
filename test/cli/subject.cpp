// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/subject.hpp>

#include <memory>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

TEST_CASE("subject: a command needs nothing else of a migration") {
  std::unique_ptr<cli::subject> const m = std::make_unique<scripted>();
  CHECK(m->name() == "names");
  CHECK(m->between_stores());
  m->open();
  CHECK(m->rows_in_new() == 0);
  CHECK(m->compare({}).clean());
  CHECK(m->drain([](zddm::intent_id) { return true; }, {}).dry());
}
