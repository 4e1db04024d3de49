// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/exposition.hpp>

#include <doctest/doctest.h>

using zddm::cli::exposition;

TEST_CASE("exposition: the samples of a name stand together, under what they are") {
  exposition e;
  e.describe("zddm_a", "gauge", "the first");
  e.describe("zddm_b", "counter", "the second");
  e.describe("zddm_c", "gauge", "without samples");
  e.sample("zddm_a", {{"migration", "one"}, {"state", "unrun"}}, 1);
  e.sample("zddm_b", {{"migration", "one"}}, 12345678901);
  e.sample("zddm_a", {{"migration", "two"}}, -0.5);
  CHECK(e.text() == "# HELP zddm_a the first\n# TYPE zddm_a gauge\nzddm_a{migration=\"one\",state=\"unrun\"} 1\n"
                    "zddm_a{migration=\"two\"} -0.5\n# HELP zddm_b the second\n# TYPE zddm_b counter\n"
                    "zddm_b{migration=\"one\"} 12345678901\n");
}

TEST_CASE("exposition: what a label says is escaped") {
  exposition e;
  e.describe("zddm_a", "gauge", "a");
  e.sample("zddm_a", {{"owner", "a \"b\" \\ c\nd"}}, 1);
  CHECK(e.text().find("owner=\"a \\\"b\\\" \\\\ c\\nd\"} 1\n") != std::string::npos);
}

TEST_CASE("exposition: what is no UTF-8 is replaced, since a label of it would spoil all samples") {
  exposition e;
  e.describe("zddm_a", "gauge", "a");
  e.sample("zddm_a", {{"owner", "caf\xe9 caf\xc3\xa9\t\xe2\x82"}}, 1);
  CHECK(e.text().find("owner=\"caf\xef\xbf\xbd caf\xc3\xa9\t\xef\xbf\xbd\xef\xbf\xbd\"} 1\n") != std::string::npos);
}
