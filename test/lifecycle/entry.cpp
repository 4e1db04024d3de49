// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/entry.hpp>

#include <string>

#include <boost/hana/define_struct.hpp>
#include <doctest/doctest.h>

namespace entry = zddm::lifecycle::entry;

namespace {

struct point {
  BOOST_HANA_DEFINE_STRUCT(point, (std::string, label), (std::uint64_t, x));
};

int code_of(std::string_view stored) {
  try {
    entry::decode<point>("point", "m/a/point", stored);
  } catch (zddm::error const& e) {
    return e.code();
  }
  return 0;
}

} // namespace

TEST_CASE("entry: what was encoded comes back") {
  auto const text = entry::encode("point", point{"a\n'b\" {} ;\\ \xc3\xa9", ~std::uint64_t{0}});
  CHECK(text.starts_with("zddm point 1 " ZDDM_VERSION "\n"));
  auto const back = entry::decode<point>("point", "m/a/point", text);
  CHECK(back.label == "a\n'b\" {} ;\\ \xc3\xa9");
  CHECK(back.x == ~std::uint64_t{0});
}

TEST_CASE("entry: damaged and foreign texts are refused") {
  auto const good = entry::encode("point", point{"p", 1});
  REQUIRE(code_of(good) == 0);
  for (std::string const bad : {"", "\n", "hello", "zddm point 1", "zddm point\n", "zddm point x 0.1.0\n",
                                "zddm point 0 0.1.0\n{}", "zddm other 1 0.1.0\n"})
    CHECK_MESSAGE(code_of(bad) == 201, bad);
  for (std::size_t cut = 0; cut < good.size(); ++cut) CHECK_MESSAGE(code_of(good.substr(0, cut)) == 201, cut);
}

TEST_CASE("entry: a later format is told from a damaged one and says who wrote it") {
  try {
    entry::decode<point>("point", "m/a/point", "zddm point 2 9.4.1\nwhatever comes");
    FAIL("it was read");
  } catch (zddm::error const& e) {
    CHECK(e.code() == 202);
    CHECK(std::string(e.what()).find("9.4.1") != std::string::npos);
    CHECK(std::string(e.what()).find("Upgrade") != std::string::npos);
  }
}

TEST_CASE("entry: a path is of the migration alone") {
  CHECK(entry::path("merge_names", "state") == "m/merge_names/state");
  for (std::string const bad : {"", "a/b", "a b", "../x", "n\xc3\xa9", "a\n"}) {
    CHECK_THROWS_AS(entry::path(bad, "state"), zddm::error);
  }
}
