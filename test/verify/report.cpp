// SPDX-License-Identifier: BSL-1.0
#include <zddm/verify/report.hpp>

#include <string>

#include <doctest/doctest.h>

#include <zddm/core/text.hpp>

using zddm::verify::kind;
using zddm::verify::report;

TEST_CASE("report counts each kind apart and all together") {
  report r{};
  r.complete = true;
  CHECK(r.clean());
  for (kind k : {kind::missing, kind::extra, kind::differs, kind::unmappable, kind::damaged}) r.wrong.add(k);
  r.wrong.add(kind::differs);
  CHECK(r.wrong.missing == 1);
  CHECK(r.wrong.extra == 1);
  CHECK(r.wrong.differs == 2);
  CHECK(r.wrong.unmappable == 1);
  CHECK(r.wrong.damaged == 1);
  CHECK(r.wrong.total() == 6);
  CHECK_FALSE(r.clean());
}

TEST_CASE("report is not clean before every key was compared, and is in spite of writes in flight") {
  report r{};
  CHECK_FALSE(r.clean());
  r.complete = true;
  r.in_flight.differs = 3;
  r.unknown.missing = 2;
  CHECK(r.clean());
}

TEST_CASE("report has a readable form that comes back") {
  report r{};
  r.rows = 10;
  r.listed.push_back({"\"a\"", std::string(to_string(kind::differs)), {"name"}, 41'000, false, "0a", "0b", {}, {}});
  auto const text = zddm::text::encode(r);
  CHECK(text.find("kind: \"differs\", columns: [\"name\"], age_ms: 41000, old_key: false, old_digest: \"0a\", "
                  "new_digest: \"0b\", old_value: null") != std::string::npos);
  CHECK(zddm::text::encode(zddm::text::decode<report>(text)) == text);
}

TEST_CASE("report: what is repaired is not open, and every odd key is seen once") {
  zddm::verify::report r{};
  r.complete = true;
  r.settled.missing = 4;
  r.in_flight.extra = 1;
  r.unknown.missing = 2;
  r.wrong = {3, 0, 2, 0, 1};
  r.repaired = {3, 0, 1, 0, 0};
  CHECK(r.open().missing == 0);
  CHECK(r.open().differs == 1);
  CHECK(r.open().damaged == 1);
  CHECK(r.seen().missing == 9);
  CHECK(r.seen().total() == 13);
  CHECK_FALSE(r.clean());
  r.repaired = r.wrong;
  CHECK(r.clean());
  CHECK(zddm::verify::counts{1, 0, 0, 0, 0}.without({2, 1, 0, 0, 0}).total() == 0);
}
