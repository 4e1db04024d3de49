// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include <zddm/backfill/work_queue.hpp>

namespace zddm::testing::laws {

namespace detail::queue {

using namespace std::chrono_literals;
using backfill::counts;
using backfill::report;
using backfill::task;
using backfill::wanted;
using backfill::work;

inline constexpr std::chrono::milliseconds ample = 60s; ///< no lease of this length ends in a law
inline constexpr std::chrono::milliseconds brief = 20ms;

inline std::vector<std::uint64_t> ids(std::vector<task> const& tasks) {
  std::vector<std::uint64_t> all;
  for (auto const& t : tasks) all.push_back(t.item);
  return all;
}

/// The one item, however long it takes until its last lease is over.
template <class Q> task take_over(Q& q, std::uint64_t plan, std::uint64_t item, std::chrono::milliseconds lease) {
  for (int tries = 0; tries < 200; ++tries) {
    auto const got = q.claim(plan, "heir", wanted{1, item, item}, lease);
    if (!got.empty()) return got.front();
    std::this_thread::sleep_for(10ms);
  }
  return {};
}

template <class Make, class Fail> void plans(Make& make, Fail& fail) {
  auto q = make();
  if (q.plan()) fail("a fresh queue has no plan");
  if (!q.claim(1, "a", {}, ample).empty()) fail("without a plan there is nothing to claim");
  std::string const text = "it's \"quoted\"\n\xc3\xa9 \t" + std::string(300'000, 'z');
  if (!q.make(text, 3)) return fail("the first plan is made");
  auto const p = q.plan();
  if (!p || p->text != text || p->items != 3) return fail("a plan comes back as it was made");
  if (q.make("another", 9) || q.plan() != p) fail("a second plan is refused and changes nothing");
  if (q.counts(p->id) != counts{3, 0, 0, 0}) fail("the items of a new plan are open");
  auto const old = q.claim(p->id, "a", {}, ample);
  if (old.size() != 1) return fail("an open item is claimed");

  q.forget();
  if (q.plan()) fail("a plan that was forgotten is gone");
  if (q.report(old.front(), {work::done})) fail("a task of a plan that was forgotten cannot be finished");
  if (!q.make("next", 5) || !q.plan()) return fail("after forgetting a plan can be made");
  auto const next = *q.plan();
  if (next.id == p->id) fail("the id of a plan is never used again");
  if (!q.claim(p->id, "a", {}, ample).empty()) fail("no item of a plan that was forgotten can be claimed");
  if (q.report(old.front(), {work::done})) fail("a task of an earlier plan cannot finish an item of the next");
  if (q.counts(next.id) != counts{5, 0, 0, 0}) fail("a plan begins with all its items open");

  q.forget();
  if (!q.make("", 0) || q.plan()->items != 0 || q.counts(q.plan()->id) != counts{}) fail("a plan may have no items");
}

template <class Make, class Fail> void claims(Make& make, Fail& fail) {
  auto q = make();
  q.make("p", 10);
  auto const p = q.plan()->id;
  auto const first = q.claim(p, "ann", wanted{3}, ample);
  if (ids(first) != std::vector<std::uint64_t>{0, 1, 2}) return fail("the lowest open items are claimed, as many as are wanted");
  for (auto const& t : first)
    if (t.plan != p || t.attempts != 1 || !t.note.empty() || t.lease != ample)
      fail("a first claim has its plan, one attempt, an empty note and its lease");
  if (ids(q.claim(p, "bob", wanted{2, 4, 6}, ample)) != std::vector<std::uint64_t>{4, 5})
    fail("a claim takes only what is in its range and in nobody's hands");
  if (!q.claim(p, "bob", wanted{5, 0, 2}, ample).empty() || !q.claim(p, "bob", wanted{5, 5, 5}, ample).empty())
    fail("an item that is held is not claimed again");
  if (ids(q.claim(p, "bob", wanted{100}, ample)) != std::vector<std::uint64_t>{3, 6, 7, 8, 9})
    fail("a claim takes what there is where that is less than is wanted");
  if (q.counts(p) != counts{0, 10, 0, 0}) fail("what is claimed is held");
  auto const all = q.items(p);
  if (all.size() != 10) return fail("every item is listed");
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].id != i || all[i].state != work::held || all[i].worker != (i < 3 ? "ann" : "bob") || all[i].left > ample ||
        all[i].left < ample / 2)
      fail("items are listed in their order with who holds them and for how long");
}

template <class Make, class Fail> void reports(Make& make, Fail& fail) {
  auto q = make();
  q.make("p", 4);
  auto const p = q.plan()->id;
  auto const got = q.claim(p, "ann", wanted{4}, ample);
  if (got.size() != 4) return fail("open items are claimed");
  if (!q.report(got[0], {}) || !q.items(p)[0].note.empty()) fail("a heartbeat succeeds and changes no note");
  std::string const note = "so far: 'x'\n" + std::string(50'000, 'y');
  if (!q.report(got[0], {work::held, note}) || q.items(p)[0].note != note) fail("a note is saved byte for byte");
  if (!q.report(got[0], {}) || q.items(p)[0].note != note) fail("a heartbeat keeps the note");
  if (!q.report(got[0], {work::done, "all"})) fail("a task is finished");
  if (q.report(got[0], {work::done, "again"}) || q.report(got[0], {}) || q.report(got[0], {work::open}))
    fail("what is done stays done");
  if (q.items(p)[0].note != "all" || q.items(p)[0].state != work::done) fail("what is done has its last note");

  if (!q.report(got[1], {work::open, "half"})) fail("a task is given back");
  if (q.report(got[1], {work::held, "late"})) fail("what was given back is out of the worker's hands");
  auto const again = q.claim(p, "bob", {}, ample);
  if (again.size() != 1 || again[0].item != 1 || again[0].note != "half")
    return fail("what was given back is claimed with its note");
  if (again[0].attempts != 1) fail("what was given back without a reason has not been attempted");
  if (again[0].token == got[1].token) fail("no two claims of an item have the same token");
  if (!q.report(again[0], {work::open, {}, "New is away"}) || q.items(p)[1].reason != "New is away" ||
      q.items(p)[1].note != "half")
    fail("an item that went back with a reason keeps it, and its note");
  if (auto const third = q.claim(p, "cid", {}, ample); third.size() != 1 || third[0].attempts != 2)
    fail("what went back with a reason was attempted");

  if (!q.report(got[2], {work::failed, {}, "broken page"})) fail("a task may fail");
  if (!q.claim(p, "bob", wanted{9}, ample).empty()) fail("nobody claims what failed");
  auto const listed = q.items(p)[2];
  if (listed.state != work::failed || listed.reason != "broken page" || listed.attempts != 1 || listed.worker != "ann" ||
      listed.left != 0ms)
    fail("what failed is listed with its attempts, its reason and its worker");
  if (q.counts(p) != counts{0, 2, 1, 1}) fail("items are counted by state");
  if (q.reopen(p) != 1 || q.counts(p) != counts{1, 2, 1, 0}) fail("what failed can be opened again, and nothing else is");
  if (auto const retried = q.claim(p, "dan", {}, ample); retried.size() != 1 || retried[0].item != 2 || retried[0].attempts != 2)
    fail("what was opened again is claimed, and its attempts go on");
}

/// Renews a lease for half as long again as it runs, while another tries to claim the item. False where the machine was too slow
/// to renew it in time: then nothing was seen, and the item is open.
template <class Q, class Fail> bool judged_heartbeats(Q& q, std::uint64_t plan, std::chrono::milliseconds lease, Fail& fail) {
  using clock = std::chrono::steady_clock;
  auto begun = clock::now();
  auto const end = begun + lease * 3 / 2;
  auto const mine = q.claim(plan, "ann", wanted{1, 2, 2}, lease);
  if (mine.size() != 1) return fail("open items are claimed"), true;
  auto const verdict = [&](std::string_view law) {
    bool const runs = clock::now() + 10ms < begun + lease;
    if (runs) fail(law);
    return runs;
  };
  auto const renewed = [&](report const& r) {
    auto const now = clock::now();
    bool const taken = q.report(mine[0], r);
    if (taken) begun = now;
    return taken;
  };
  while (clock::now() < end) {
    if (auto const others = q.claim(plan, "bob", wanted{1, 2, 2}, ample); !others.empty()) {
      bool const judged = verdict("nobody takes an item whose lease is renewed");
      q.report(others[0], {work::open});
      return judged;
    }
    if (!renewed({})) return verdict("a heartbeat renews the lease by its full length");
    std::this_thread::sleep_for(25ms);
  }
  return renewed({work::done}) || verdict("a lease that was renewed still runs");
}

template <class Make, class Fail> void leases(Make& make, Fail& fail) {
  auto q = make();
  q.make("p", 3);
  auto const p = q.plan()->id;
  auto lost = q.claim(p, "ann", wanted{2}, ample);
  if (lost.size() != 2) return fail("open items are claimed");
  for (auto& t : lost) t.lease = brief;
  if (!q.report(lost[0], {work::held, "ten rows"}) || !q.report(lost[1], {})) fail("a task in the worker's hands is saved");
  auto const heir = take_over(q, p, 0, ample);
  if (heir.attempts != 2 || heir.note != "ten rows" || heir.token == lost[0].token)
    return fail("once a lease is over the item is claimed by another, with the note saved last");
  for (auto const to : {work::held, work::done, work::failed, work::open})
    if (q.report(lost[0], {to, "late", "late"})) fail("a worker whose item is in other hands can neither save nor end it");
  if (q.items(p)[0].note != "ten rows" || q.items(p)[0].worker != "heir") fail("a refused report changes nothing");
  std::this_thread::sleep_for(5 * brief);
  for (auto const to : {work::held, work::done, work::failed, work::open})
    if (q.report(lost[1], {to, "late", "late"})) fail("a worker whose lease is over can neither save nor end its item");
  auto const lapsed = q.items(p)[1];
  if (lapsed.state != work::open || !lapsed.note.empty() || lapsed.left != 0ms) fail("an item whose lease is over is open");
  if (q.counts(p) != counts{2, 1, 0, 0}) fail("an item whose lease is over is counted as open");
  if (!q.report(heir, {work::done})) fail("the heir ends the item");

  for (auto lease = 1000ms; !judged_heartbeats(q, p, lease, fail); lease *= 2) {
  }
}

template <class Make, class Fail> void races(Make& make, Fail& fail) {
  constexpr std::size_t threads = 4;
  constexpr std::uint64_t items = 60;
  auto q = make();
  std::atomic<int> makers{0};
  std::atomic<bool> refused{false};
  std::vector<std::vector<std::uint64_t>> finished(threads);
  std::atomic<std::uint64_t> left{items};
  auto const worker = [&](std::size_t me) {
    if (q.make("by " + std::to_string(me), items)) ++makers;
    auto const p = q.plan();
    if (!p) return;
    for (int tries = 0; left > 0 && tries < 1000; ++tries)
      for (auto const& t : q.claim(p->id, std::to_string(me), wanted{1 + me}, ample)) {
        bool const back = t.item % 7 == 0 && t.note.empty();
        if (!q.report(t, {work::held, "by " + std::to_string(me)}) || !q.report(t, {back ? work::open : work::done}))
          refused = true;
        else if (!back) {
          finished[me].push_back(t.item);
          --left;
        }
      }
  };
  std::vector<std::thread> all;
  for (std::size_t i = 0; i < threads; ++i) all.emplace_back([&worker, i] { worker(i); });
  for (auto& t : all) t.join();
  if (makers != 1) fail("of several that make a plan exactly one succeeds");
  if (refused) fail("no report of a worker whose lease runs is refused, whatever the others do");
  std::size_t count = 0;
  std::set<std::uint64_t> distinct;
  for (auto const& one : finished) {
    count += one.size();
    distinct.insert(one.begin(), one.end());
  }
  if (count != items || distinct.size() != items) fail("every item is ended by exactly one worker");
  if (auto const p = q.plan(); !p || q.counts(p->id) != counts{0, 0, items, 0}) fail("in the end every item is done");
}

} // namespace detail::queue

/// The laws of `backfill::work_queue`, alone and under several threads. Takes about two seconds of waiting for leases.
template <class Make, class Fail>
  requires backfill::work_queue<std::invoke_result_t<Make&>>
void work_queue(Make make, Fail fail) {
  detail::queue::plans(make, fail);
  detail::queue::claims(make, fail);
  detail::queue::reports(make, fail);
  detail::queue::leases(make, fail);
  detail::queue::races(make, fail);
}

} // namespace zddm::testing::laws
