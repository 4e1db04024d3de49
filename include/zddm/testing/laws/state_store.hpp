// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <zddm/lifecycle/state_store.hpp>

/// Law suites: functions that exercise a model of a concept and report each law it breaks. They need no test framework:
/// `make()` returns a fresh, empty model, and `fail(std::string_view)` is called, in the calling thread, once a broken law.
namespace zddm::testing::laws {

namespace detail {

template <class Store> bool commit_one(Store& s, std::string path, std::uint64_t expected, std::optional<std::string> value) {
  std::array<lifecycle::change, 1> const change{{{std::move(path), expected, std::move(value)}}};
  return s.commit(change);
}

template <class Store> bool holds(Store& s, std::string_view path, std::optional<std::string_view> value) {
  auto const found = s.read(path);
  if (!value) return !found;
  return found && found->path == path && found->value == *value;
}

template <class F> void in_threads(std::size_t n, F f) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < n; ++i) threads.emplace_back([&f, i] { f(i); });
  for (auto& t : threads) t.join();
}

template <class Make, class Fail> void state_store_revisions(Make& make, Fail& fail) {
  using lifecycle::any_revision;
  auto s = make();
  if (s.read("a")) fail("a fresh store holds nothing");
  if (!s.list("").empty()) fail("a fresh store lists nothing");
  if (!s.commit({})) fail("an empty commit succeeds");
  if (commit_one(s, "a", 7, "x")) fail("a commit that expects a revision of an absent path is refused");
  if (!commit_one(s, "a", 0, "one") || !holds(s, "a", "one")) return fail("expecting nothing creates a path");
  auto const first = s.read("a")->revision;
  if (first == 0 || first == any_revision) fail("a stored revision is neither 0 nor any_revision");
  if (commit_one(s, "a", 0, "again") || !holds(s, "a", "one")) fail("expecting nothing does not replace what is there");
  if (commit_one(s, "a", first + 1, "x") || !holds(s, "a", "one")) fail("a wrong revision changes nothing");
  if (!commit_one(s, "a", first, "two") || !holds(s, "a", "two")) return fail("the right revision replaces the text");
  auto const second = s.read("a")->revision;
  if (second <= first) fail("a change raises the revision");
  if (commit_one(s, "a", first, "x") || !holds(s, "a", "two")) fail("an outdated revision changes nothing");
  if (!commit_one(s, "a", second, "two") || s.read("a")->revision <= second) fail("writing the same text raises the revision");
  if (!commit_one(s, "a", any_revision, "") || !holds(s, "a", "")) fail("an empty text is not an absent path");

  auto const last = s.read("a")->revision;
  if (commit_one(s, "a", second, std::nullopt)) fail("an outdated revision removes nothing");
  if (!commit_one(s, "a", last, std::nullopt) || s.read("a")) return fail("the right revision removes the path");
  if (commit_one(s, "a", last, "x") || s.read("a")) fail("the revision of a removed path is refused");
  if (!commit_one(s, "a", any_revision, std::nullopt)) fail("removing what is absent succeeds");
  if (!commit_one(s, "a", 0, "one") || s.read("a")->revision <= last) fail("revisions never repeat, even after a removal");

  for (std::string const text : {"it's \"quoted\"; -- drop", "line\nbreak\ttab", "\xc3\xa9\xe2\x82\xac", "NULL", "0012"})
    if (!commit_one(s, text, 0, text) || !holds(s, text, text)) fail("paths and texts come back byte for byte");
  std::string const large(300'000, 'z');
  if (!commit_one(s, "large", 0, large) || !holds(s, "large", large)) fail("a long text comes back whole");
}

template <class Make, class Fail> void state_store_batches(Make& make, Fail& fail) {
  auto s = make();
  commit_one(s, "kept", 0, "k");
  commit_one(s, "gone", 0, "g");
  auto const kept = s.read("kept")->revision;
  for (std::size_t bad = 0; bad < 4; ++bad) {
    std::array<lifecycle::change, 4> batch{
        {{"kept", kept, "changed"}, {"gone", lifecycle::any_revision, {}}, {"new", 0, "n"}, {"other", 0, "o"}}};
    batch[bad].expected = 1'000'000'007;
    if (s.commit(batch)) fail("a batch with one expectation that does not hold is refused");
    if (!holds(s, "kept", "k") || !holds(s, "gone", "g") || s.read("new") || s.read("other"))
      fail("a refused batch changes nothing");
  }
  std::array<lifecycle::change, 3> const batch{
      {{"kept", kept, "changed"}, {"gone", s.read("gone")->revision, {}}, {"new", 0, "n"}}};
  if (!s.commit(batch)) fail("a batch whose expectations hold is applied");
  if (!holds(s, "kept", "changed") || s.read("gone") || !holds(s, "new", "n")) fail("an applied batch is applied whole");
}

template <class Make, class Fail> void state_store_list(Make& make, Fail& fail) {
  auto s = make();
  std::vector<std::string> paths{"A/b",   "a",     "a-", "a/",   "a/b",        "a/b_c", "a/bXc", "a/b%",  "a/b%d", "a/*", "a/?",
                                 "a/[b]", "a/c/d", "a0", "aa/b", "a/\xc3\xa9", "b",     "a/B",   "a/b\\", "a/10",  "a/9"};
  for (auto const& path : paths) commit_one(s, path, 0, "value of " + path);
  std::ranges::sort(paths);
  for (std::string const prefix : {"", "a", "a/", "a/b", "a/b_", "a/b%", "a/*", "a/?", "a/[", "a/b\\", "a/\xc3", "A", "c", "b"}) {
    std::vector<std::string> wanted;
    for (auto const& path : paths)
      if (path.starts_with(prefix)) wanted.push_back(path);
    std::vector<std::string> got;
    for (auto const& found : s.list(prefix)) {
      got.push_back(found.path);
      if (s.read(found.path) != found) fail("list and read agree");
    }
    auto sorted = got;
    std::ranges::sort(sorted);
    if (sorted != wanted) fail("list finds exactly the paths that start with the prefix, taken literally: '" + prefix + "'");
    if (sorted != got) fail("list is ordered by the bytes of the path");
  }
}

template <class Make, class Fail> void state_store_time(Make& make, Fail& fail) {
  auto s = make();
  std::atomic<bool> back{false};
  in_threads(2, [&](std::size_t) {
    auto last = s.now();
    for (int i = 0; i < 500; ++i) {
      auto const next = s.now();
      if (next < last) back = true;
      last = next;
    }
  });
  if (back) fail("the time of the store never goes back");
}

template <class Make, class Fail> void state_store_races(Make& make, Fail& fail) {
  constexpr std::size_t threads = 4;
  constexpr int rounds = 50, patience = 10'000;
  auto s = make();
  std::atomic<int> winners{0};
  commit_one(s, "count", 0, "0");
  commit_one(s, "left", 0, "1000");
  commit_one(s, "right", 0, "0");
  std::array<std::map<std::uint64_t, std::string>, threads> seen;
  in_threads(threads, [&](std::size_t me) {
    if (commit_one(s, "leader", 0, std::to_string(me))) ++winners;
    for (int i = 0; i < rounds; ++i) {
      for (int tries = 0; tries < patience; ++tries) {
        auto const at = s.read("count");
        if (!at) return;
        if (commit_one(s, "count", at->revision, std::to_string(std::stoi(at->value) + 1))) break;
      }
      for (int tries = 0; tries < patience; ++tries) {
        auto const left = s.read("left"), right = s.read("right");
        if (!left || !right) return;
        std::array<lifecycle::change, 2> const move{{{"left", left->revision, std::to_string(std::stoi(left->value) - 1)},
                                                     {"right", right->revision, std::to_string(std::stoi(right->value) + 1)}}};
        if (s.commit(move)) break;
      }
      commit_one(s, "shared", 0, std::to_string(me) + ":" + std::to_string(i));
      if (auto const at = s.read("shared")) {
        seen[me][at->revision] = at->value;
        commit_one(s, "shared", at->revision, std::nullopt);
      }
    }
  });
  if (winners != 1) fail("of several that create one path exactly one succeeds");
  auto const total = static_cast<int>(threads) * rounds;
  if (!holds(s, "count", std::to_string(total))) fail("no increment by compare-and-set is lost");
  if (!holds(s, "left", std::to_string(1000 - total)) || !holds(s, "right", std::to_string(total)))
    fail("batches of two paths are applied whole beside each other");
  std::map<std::uint64_t, std::string> all;
  for (auto const& one : seen)
    for (auto const& [revision, value] : one)
      if (all.emplace(revision, value).first->second != value) fail("a revision names one text only, also across removals");
}

} // namespace detail

/// The laws of `lifecycle::state_store`, alone and under several threads.
template <class Make, class Fail>
  requires lifecycle::state_store<std::invoke_result_t<Make&>>
void state_store(Make make, Fail fail) {
  detail::state_store_revisions(make, fail);
  detail::state_store_batches(make, fail);
  detail::state_store_list(make, fail);
  detail::state_store_time(make, fail);
  detail::state_store_races(make, fail);
}

} // namespace zddm::testing::laws
