// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/state_store.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/memory/state_store.hpp>

namespace {

using namespace zddm;
using lifecycle::any_revision;
using lifecycle::change;
using lifecycle::stored;

/// A sound store whose members a broken one overrides.
struct sound {
  memory::state_store inner;
  std::optional<stored> read(std::string_view path) { return inner.read(path); }
  std::vector<stored> list(std::string_view prefix) { return inner.list(prefix); }
  bool commit(std::span<change const> changes) { return inner.commit(changes); }
  std::chrono::milliseconds now() { return inner.now(); }
};

struct applies_in_part : sound {
  bool commit(std::span<change const> changes) {
    return std::ranges::all_of(changes, [&](auto const& c) { return inner.commit(std::span(&c, 1)); });
  }
};

struct never_refuses : sound {
  bool commit(std::span<change const> changes) {
    std::vector<change> blind(changes.begin(), changes.end());
    for (auto& c : blind) c.expected = any_revision;
    return inner.commit(blind);
  }
};

struct checks_then_writes : sound {
  bool commit(std::span<change const> changes) {
    std::vector<change> blind(changes.begin(), changes.end());
    for (auto& c : blind) {
      auto const at = inner.read(c.path);
      if (c.expected != any_revision && c.expected != (at ? at->revision : 0)) return false;
      c.expected = any_revision;
    }
    std::this_thread::yield();
    return inner.commit(blind);
  }
};

/// Counts revisions by path, and so starts anew after a removal.
struct forgets_revisions : sound {
  std::mutex mutex;
  std::map<std::string, stored, std::less<>> entries;
  std::optional<stored> read(std::string_view path) {
    std::lock_guard const lock(mutex);
    auto const it = entries.find(path);
    return it == entries.end() ? std::nullopt : std::optional(it->second);
  }
  std::vector<stored> list(std::string_view prefix) {
    std::vector<stored> found;
    for (auto const& [path, at] : entries)
      if (path.starts_with(prefix)) found.push_back(at);
    return found;
  }
  bool commit(std::span<change const> changes) {
    std::lock_guard const lock(mutex);
    for (auto const& c : changes) {
      auto const it = entries.find(c.path);
      if (c.expected != any_revision && c.expected != (it == entries.end() ? 0 : it->second.revision)) return false;
    }
    for (auto const& c : changes) {
      if (c.value) {
        auto& at = entries[c.path];
        at = {c.path, *c.value, at.revision + 1};
      } else {
        entries.erase(c.path);
      }
    }
    return true;
  }
};

struct lists_by_pattern : sound {
  std::vector<stored> list(std::string_view prefix) {
    auto all = inner.list("");
    std::erase_if(all, [&](stored const& s) {
      if (s.path.size() < prefix.size()) return true;
      for (std::size_t i = 0; i < prefix.size(); ++i)
        if (prefix[i] != '_' && prefix[i] != s.path[i]) return true;
      return false;
    });
    return all;
  }
};

struct lists_backwards : sound {
  std::vector<stored> list(std::string_view prefix) {
    auto all = inner.list(prefix);
    std::ranges::reverse(all);
    return all;
  }
};

struct goes_back : sound {
  std::atomic<int> calls{0};
  std::chrono::milliseconds now() { return std::chrono::milliseconds(1000 - calls++ % 2); }
};

struct trims : sound {
  bool commit(std::span<change const> changes) {
    std::vector<change> cut(changes.begin(), changes.end());
    for (auto& c : cut)
      if (c.value && c.value->size() > 65'535) c.value->resize(65'535);
    return inner.commit(cut);
  }
};

template <class Store> std::set<std::string> broken_laws() {
  std::set<std::string> broken;
  testing::laws::state_store([] { return Store(); }, [&](std::string_view law) { broken.emplace(law); });
  return broken;
}

} // namespace

TEST_CASE("the laws of state_store find nothing wrong with a sound store") { CHECK(broken_laws<sound>().empty()); }

TEST_CASE_TEMPLATE("the laws of state_store find each kind of broken store", Store, applies_in_part, never_refuses,
                   forgets_revisions, lists_by_pattern, lists_backwards, goes_back, trims) {
  CHECK_FALSE(broken_laws<Store>().empty());
}

TEST_CASE("the laws of state_store name the law that is broken") {
  CHECK(broken_laws<applies_in_part>().contains("a refused batch changes nothing"));
  CHECK(broken_laws<checks_then_writes>().contains("no increment by compare-and-set is lost"));
  CHECK(broken_laws<forgets_revisions>().contains("revisions never repeat, even after a removal"));
  CHECK(broken_laws<lists_backwards>() == std::set<std::string>{"list is ordered by the bytes of the path"});
  CHECK(broken_laws<goes_back>() == std::set<std::string>{"the time of the store never goes back"});
  CHECK(broken_laws<trims>() == std::set<std::string>{"a long text comes back whole"});
}
