// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/options.hpp>

#include <string>

#include <doctest/doctest.h>

using namespace zddm::cli;
using namespace std::chrono_literals;

TEST_CASE("options: times have units, seconds where none is given") {
  CHECK(parse_time("90") == 90s);
  CHECK(parse_time("90s") == 90s);
  CHECK(parse_time("500ms") == 500ms);
  CHECK(parse_time("5m") == 5min);
  CHECK(parse_time("2h") == 2h);
  CHECK(parse_time("0") == 0s);
  for (std::string const text : {"", "s", "-1s", "5d", "5 s", "1.5s", "99999999999999999999", "9000000000", "5sx"})
    CHECK_MESSAGE(!parse_time(text), text);
}

TEST_CASE("options: gates and migrations are named, never guessed") {
  options o;
  CHECK_FALSE(o.overridden("backfill"));
  CHECK_FALSE(o.confirmed("names"));
  o.overrides = {"mismatches"};
  o.yes = {"names"};
  CHECK(o.overridden("mismatches"));
  CHECK_FALSE(o.overridden("mismatch"));
  CHECK(o.confirmed("names"));
  CHECK_FALSE(o.confirmed(""));
}

TEST_CASE("options: a sample is a share in percent or a number of ranges") {
  auto const share = zddm::cli::parse_sample("1%");
  REQUIRE(share);
  CHECK(share->share == zddm::threshold::percent(1));
  CHECK(share->ranges == 0);
  CHECK(zddm::cli::parse_sample("0.5%")->share == zddm::threshold::ppm(5000));
  CHECK_FALSE(zddm::cli::parse_sample("100%")->partial());
  CHECK(zddm::cli::parse_sample("20")->ranges == 20);
  CHECK(zddm::cli::parse_sample("4096"));
  for (auto const* bad : {"", "%", "0%", "0", "-1", "1.5", "4097", "20x", "101%", "x%"}) {
    CAPTURE(bad);
    CHECK_FALSE(zddm::cli::parse_sample(bad));
  }
}
