// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/version.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using zddm::version;

TEST_CASE("the build system's version is the header's") {
  CHECK(std::string(ZDDM_BUILD_VERSION) == ZDDM_VERSION);
  CHECK(std::to_string(ZDDM_VERSION_MAJOR) + "." + std::to_string(ZDDM_VERSION_MINOR) + "." +
            std::to_string(ZDDM_VERSION_PATCH) ==
        ZDDM_VERSION);
}

TEST_CASE("the counter decides, the process breaks ties") {
  CHECK(version{1, 9} < version{2, 1});
  CHECK(version{2, 1} < version{2, 2});
  CHECK(version{2, 2} == version{2, 2});
  CHECK_FALSE(version{2, 2} < version{2, 2});
  CHECK(version{3, 0} > version{2, ~std::uint64_t{0}});
}

TEST_CASE("the default is older than every version a store hands out") {
  CHECK(version{} < version{1, 0});
  CHECK(version{} == version{0, 0});
}

TEST_CASE("what New was made to forget is older than every later counter, and known to be no erase") {
  CHECK(version{} < zddm::oldest_version);
  CHECK(zddm::oldest_version < version{1, 0});
  auto const forgotten = zddm::forgotten_version(3);
  CHECK(forgotten > version{3, 12345});
  CHECK(forgotten < version{4, 0});
  CHECK_FALSE(zddm::knows(false, version{}));
  CHECK_FALSE(zddm::knows(false, forgotten));
  CHECK(zddm::knows(false, version{3, 1}));
  CHECK(zddm::knows(true, version{}));
}

TEST_CASE("the order is total") {
  std::vector<version> const sorted{{0, 0}, {1, 0}, {1, 5}, {2, 0}, {2, 1}, {7, 3}};
  auto shuffled = sorted;
  std::reverse(shuffled.begin(), shuffled.end());
  std::sort(shuffled.begin(), shuffled.end());
  CHECK((shuffled == sorted));
}
