// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/coverage_strip.hpp>

#include <string>

#include <doctest/doctest.h>

using zddm::cli::chunk_seen;
using zddm::cli::coverage_strip;
using look = chunk_seen::look;

namespace {

bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }
auto count(std::string const& text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}
std::vector<chunk_seen> chunks(std::size_t n, look is) {
  std::vector<chunk_seen> all;
  for (std::size_t i = 0; i < n; ++i) all.push_back({is, std::to_string(i), 10, 0, ""});
  return all;
}

} // namespace

TEST_CASE("coverage strip: a chunk that failed or refused rows stands out and is named, with hostile keys escaped") {
  std::vector<chunk_seen> const all{{look::done, "\"a\"", 10, 0, ""},
                                    {look::refused, "\"<script>\"", 10, 3, ""},
                                    {look::failed, "\"m\"", 2, 0, "the store said <no>"},
                                    {look::begun, "\"q\"", 1, 0, ""},
                                    {look::waiting, "", 0, 0, ""}};
  auto const text = coverage_strip(all);
  CAPTURE(text);
  CHECK(has(text, "<title>5 chunks by key range: 1 done, 1 failed, 1 with refused rows</title>"));
  CHECK(has(text, "<rect class=\"done\" x=\"0.00\" y=\"16\""));
  CHECK(has(text, "<rect class=\"refused\" x=\"200.00\" y=\"0\""));
  CHECK(has(text, "<rect class=\"failed\" x=\"400.00\" y=\"0\""));
  CHECK(
      has(text,
          "<li class=\"bad\"><code><bdi>chunk 2, keys after &quot;&lt;script&gt;&quot; up to &quot;m&quot;: failed, 2 rows: the "
          "store said &lt;no&gt;</bdi></code></li>"));
  CHECK(has(text, "3 refused"));
  CHECK(has(text, "<li><i class=\"waiting\"></i>1 waiting</li>"));
  CHECK(has(text, "<span>first key</span><span>last key</span>"));
  CHECK_FALSE(has(text, "<script>"));
}

TEST_CASE("coverage strip: of many chunks the worst is seen, wherever it is") {
  for (std::size_t const worst : {0u, 1u, 1999u, 4094u, 4095u}) {
    auto all = chunks(4096, look::done);
    all[worst].is = look::failed;
    auto const text = coverage_strip(all);
    CHECK(count(text, "<rect") == 256);
    CHECK(count(text, "<rect class=\"failed\"") == 1);
    CHECK(has(text, "chunk " + std::to_string(worst) + ","));
  }
}

TEST_CASE("coverage strip: its size is bounded, also where everything failed") {
  auto const text = coverage_strip(chunks(4096, look::failed));
  CHECK(has(text, "and 4076 more"));
  CHECK(text.size() < 100'000);
  CHECK(count(coverage_strip(chunks(1, look::waiting)), "<rect") == 1);
  CHECK(count(coverage_strip({}), "<rect") == 0);
}
