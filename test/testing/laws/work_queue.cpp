// SPDX-License-Identifier: BSL-1.0
#include <zddm/testing/laws/work_queue.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/backfill/state_queue.hpp>
#include <zddm/memory/state_store.hpp>

namespace {

using namespace zddm;
using namespace std::chrono_literals;
using backfill::report;
using backfill::task;
using backfill::wanted;
using backfill::work;

/// A sound queue whose members a broken one overrides.
struct sound {
  std::unique_ptr<memory::state_store> state = std::make_unique<memory::state_store>();
  backfill::state_queue<memory::state_store> inner{*state, "q"};

  bool make(std::string_view text, std::uint64_t n) { return inner.make(text, n); }
  std::optional<backfill::planned> plan() { return inner.plan(); }
  std::vector<task> claim(std::uint64_t p, std::string_view by, wanted const& w, std::chrono::milliseconds lease) {
    return inner.claim(p, by, w, lease);
  }
  bool report(task const& t, backfill::report const& r) { return inner.report(t, r); }
  std::vector<backfill::item> items(std::uint64_t p) { return inner.items(p); }
  backfill::counts counts(std::uint64_t p) { return inner.counts(p); }
  std::uint64_t reopen(std::uint64_t p) { return inner.reopen(p); }
  void forget() { inner.forget(); }
};

/// Lets whoever held an item last speak for whoever holds it now.
struct without_fence : sound {
  std::unique_ptr<std::map<std::uint64_t, std::uint64_t>> latest = std::make_unique<std::map<std::uint64_t, std::uint64_t>>();
  std::unique_ptr<std::mutex> mutex = std::make_unique<std::mutex>();
  std::vector<task> claim(std::uint64_t p, std::string_view by, wanted const& w, std::chrono::milliseconds lease) {
    std::lock_guard const lock(*mutex);
    auto got = inner.claim(p, by, w, lease);
    for (auto const& t : got) (*latest)[t.item] = t.token;
    return got;
  }
  bool report(task t, backfill::report const& r) {
    std::lock_guard const lock(*mutex);
    t.token = (*latest)[t.item];
    return inner.report(t, r);
  }
};

struct leases_never_end : sound {
  std::vector<task> claim(std::uint64_t p, std::string_view by, wanted const& w, std::chrono::milliseconds) {
    return inner.claim(p, by, w, 60s);
  }
  bool report(task t, backfill::report const& r) {
    t.lease = 60s;
    return inner.report(t, r);
  }
};

struct heartbeats_do_nothing : sound {
  bool report(task const& t, backfill::report const& r) { return (r.to == work::held && !r.note) || inner.report(t, r); }
};

struct forgets_notes : sound {
  bool report(task const& t, backfill::report r) {
    if (r.to == work::open) r.note = "";
    return inner.report(t, r);
  }
};

struct never_fails : sound {
  bool report(task const& t, backfill::report r) {
    if (r.to == work::failed) r.to = work::open;
    return inner.report(t, r);
  }
};

struct takes_too_much : sound {
  std::vector<task> claim(std::uint64_t p, std::string_view by, wanted w, std::chrono::milliseconds lease) {
    ++w.most;
    return inner.claim(p, by, w, lease);
  }
};

struct ignores_ranges : sound {
  std::vector<task> claim(std::uint64_t p, std::string_view by, wanted const& w, std::chrono::milliseconds lease) {
    return inner.claim(p, by, wanted{w.most}, lease);
  }
};

struct plans_again : sound {
  bool make(std::string_view text, std::uint64_t n) {
    if (inner.plan()) inner.forget();
    return inner.make(text, n);
  }
};

struct opens_nothing_again : sound {
  std::uint64_t reopen(std::uint64_t) { return 0; }
};

template <class Queue> std::set<std::string> broken_laws() {
  std::set<std::string> broken;
  testing::laws::work_queue([] { return Queue(); }, [&](std::string_view law) { broken.emplace(law); });
  return broken;
}

} // namespace

TEST_CASE("the laws of work_queue find nothing wrong with a sound queue") { CHECK(broken_laws<sound>().empty()); }

TEST_CASE_TEMPLATE("the laws of work_queue find each kind of broken queue", Queue, leases_never_end, never_fails, takes_too_much,
                   plans_again) {
  CHECK_FALSE(broken_laws<Queue>().empty());
}

TEST_CASE("the laws of work_queue name the law that is broken") {
  CHECK(broken_laws<without_fence>().contains("a worker whose item is in other hands can neither save nor end it"));
  CHECK(broken_laws<heartbeats_do_nothing>().contains("nobody takes an item whose lease is renewed"));
  CHECK(broken_laws<forgets_notes>().contains("what was given back is claimed with its note"));
  CHECK(broken_laws<ignores_ranges>().contains("a claim takes only what is in its range and in nobody's hands"));
  CHECK(broken_laws<opens_nothing_again>().contains("what failed can be opened again, and nothing else is"));
}
