// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/environment.hpp>

#include <cstdlib>

#include <doctest/doctest.h>

using zddm::cli::environment;

TEST_CASE("environment: the variables of the process, where nothing else is given") {
  ::setenv("ZDDM_TEST_VARIABLE", "there", 1);
  ::unsetenv("ZDDM_TEST_NOTHING");
  environment const env;
  CHECK(env.get("ZDDM_TEST_VARIABLE") == "there");
  CHECK_FALSE(env.get("ZDDM_TEST_NOTHING"));
  CHECK(env.get("ZDDM_TEST_NOTHING", "else") == "else");
  CHECK(env.get("ZDDM_TEST_VARIABLE", "else") == "there");
}

TEST_CASE("environment: a test gives its own") {
  environment const env([](std::string const& name) { return name == "A" ? std::optional<std::string>("1") : std::nullopt; });
  CHECK(env.get("A") == "1");
  CHECK_FALSE(env.get("PATH"));
}

TEST_CASE("environment: what a migration needs and is not set is named") {
  environment const env([](std::string const& name) { return name == "A" ? std::optional<std::string>("1") : std::nullopt; });
  CHECK(env.need("A") == "1");
  try {
    (void)env.need("USERS_DB");
    FAIL("it was taken for set");
  } catch (zddm::cli::failure const& e) {
    CHECK(e.code() == 420);
    CHECK(e.exit() == zddm::cli::exit_code::usage);
    CHECK(e.text() == "USERS_DB is not set");
    CHECK(e.findings()[0].remedy == "export USERS_DB=...");
  }
}
