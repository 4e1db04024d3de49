// SPDX-License-Identifier: BSL-1.0
#include <zddm/backfill/footprint.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/hana/define_struct.hpp>
#include <doctest/doctest.h>

using zddm::backfill::footprint;

namespace {
struct person {
  BOOST_HANA_DEFINE_STRUCT(person, (std::string, name), (std::vector<std::string>, tags), (std::optional<std::string>, note),
                           (std::uint64_t, age));
};
} // namespace

TEST_CASE("footprint grows with what a value owns, byte for byte") {
  CHECK(footprint(7) == sizeof(int));
  CHECK(footprint(std::string(1000, 'x')) == sizeof(std::string) + 1000);
  CHECK(footprint(zddm::blob(500)) == sizeof(zddm::blob) + 500);
  CHECK(footprint(std::optional<std::string>()) == sizeof(std::optional<std::string>));
  CHECK(footprint(std::optional(std::string(9, 'x'))) == sizeof(std::optional<std::string>) + 9);
  CHECK(footprint(std::pair(1, std::string(9, 'x'))) == sizeof(std::pair<int, std::string>) + 9);
  CHECK(footprint(std::vector<std::string>{"a", "bc"}) == sizeof(std::vector<int>) + 2 * sizeof(std::string) + 3);
  CHECK(footprint(person{"Ada", {"ab"}, "xyz", 36}) == sizeof(person) + 3 + (sizeof(std::string) + 2) + 3);
}
