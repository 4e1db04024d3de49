// SPDX-License-Identifier: BSL-1.0
#include <zddm/postgres/fail.hpp>

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using zddm::error_class;
using zddm::store_error;

namespace {

store_error thrown(std::string_view state, bool unheard = false, std::string_view words = "words") {
  try {
    zddm::postgres::fail(state, unheard, "host:5432/db", words);
  } catch (store_error const& e) {
    return e;
  }
}

} // namespace

TEST_CASE("postgres fail: each SQLSTATE has its class and code") {
  struct expectation {
    std::string_view state;
    error_class kind;
    int code;
  };
  using enum error_class;
  for (auto const& [state, kind, code] :
       {expectation{"", transient, 150}, {"08006", transient, 150}, {"57P01", transient, 150}, {"57P03", transient, 150},
        {"57P05", transient, 150},       {"28P01", permanent, 151}, {"28000", permanent, 151}, {"3D000", permanent, 151},
        {"57014", transient, 152},       {"55P03", transient, 152}, {"40001", transient, 152}, {"40P01", transient, 152},
        {"53300", transient, 152},       {"53100", transient, 152}, {"42501", permanent, 153}, {"25006", transient, 153},
        {"25P03", transient, 152},       {"25P04", transient, 152}, {"58030", transient, 152}, {"58P01", permanent, 155},
        {"42P01", permanent, 155},       {"22P02", permanent, 155}, {"XX000", permanent, 155}}) {
    CAPTURE(state);
    auto const e = thrown(state);
    CHECK(e.kind() == kind);
    CHECK(e.code() == code);
    CHECK(std::string(e.what()).find("nothing was applied") != std::string::npos);
    CHECK(std::string(e.what()).find("host:5432/db") != std::string::npos);
  }
}

TEST_CASE("postgres fail: the end of a write that was not answered may have been applied, whatever was heard last") {
  for (std::string_view const state : {"", "57P01", "XX000"}) {
    auto const e = thrown(state, true);
    CHECK(e.kind() == error_class::unknown_outcome);
    CHECK(e.code() == 154);
    CHECK(std::string(e.what()).find("may have been applied") != std::string::npos);
  }
}

TEST_CASE("postgres fail: the server's words are quoted where they hold no value, and one line of them") {
  CHECK(std::string(thrown("42P01", false, "relation \"x\" does not exist\nLINE 1").what())
            .find("(42P01: relation \"x\" does not exist)") != std::string::npos);
  CHECK(std::string(thrown("22P02", false, "invalid input: \"a value\"").what()).find("a value") == std::string::npos);
  CHECK(std::string(thrown("23505", false, "Key (path)=(a value)").what()).find("a value") == std::string::npos);
  CHECK(std::string(thrown("", false, "").what()).find("()") == std::string::npos);
}
