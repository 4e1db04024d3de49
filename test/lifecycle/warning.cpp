// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/warning.hpp>

#include <atomic>
#include <source_location>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using namespace zddm::lifecycle;

namespace {

std::atomic<int> heard{0};
void count(warning const&) { ++heard; }

} // namespace

TEST_CASE("a warning names the place, the migration and what to do in one line") {
  auto const where = std::source_location::current();
  auto const text = to_string(warning{"merge_names", where});
  CHECK(text.find("warning.cpp:" + std::to_string(where.line()) + ":") != std::string::npos);
  for (auto const* word : {"merge_names", "completed", "strip"}) CHECK(text.find(word) != std::string::npos);
  CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("the sink is replaced and given back") {
  auto const before = send_warnings_to(&count);
  CHECK((before == &warn_on_stderr));
  CHECK((send_warnings_to(before) == &count));
}

TEST_CASE("a place warns once even when many threads come by, and once more for another handle") {
  auto const before = send_warnings_to(&count);
  heard = 0;
  std::atomic<detail::warned_place const*> last{nullptr};
  auto const here = std::source_location::current();
  auto const there = std::source_location::current();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          detail::warn_once(last, 1, {"m", here});
          detail::warn_once(last, 1, {"m", there});
        }
      });
  }
  CHECK(heard == 2);
  detail::warn_once(last, 2, {"m", here});
  CHECK(heard == 3);
  send_warnings_to(before);
}
