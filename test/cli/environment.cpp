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
