// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/position.hpp>

#include <doctest/doctest.h>

#include <zddm/core/text.hpp>

TEST_CASE("position survives being written down") {
  zddm::verify::position at;
  at.seed = 7;
  at.todo = {{false, "\"a\"", {}}, {true, {}, "3"}};
  at.walked = 10;
  at.whole = 20;
  at.found.wrong.add(zddm::verify::kind::extra);
  at.found.listed.push_back({"3", "extra", {}, 12, false, {}, "00ff", {}, {}});
  at.at_ms = 1234567890123;
  auto const text = zddm::text::encode(at);
  auto const back = zddm::text::decode<zddm::verify::position>(text);
  CHECK(zddm::text::encode(back) == text);
  REQUIRE(back.todo.size() == 2);
  CHECK(back.todo[0].after == "\"a\"");
  CHECK(back.todo[1].back);
  CHECK(back.found.listed.at(0).new_digest == "00ff");
}
