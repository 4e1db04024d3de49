// SPDX-License-Identifier: BSL-1.0
#include <zddm/lifecycle/member.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <zddm/lifecycle/drive.hpp>
#include <zddm/memory/state_store.hpp>

using namespace zddm::lifecycle;
using namespace std::chrono_literals;
using zddm::coarse_clock;
using zddm::threshold;

namespace {

/// A state store whose time is turned by hand, that can be cut off, and that tells of each call before it is made.
class turned_store : public zddm::memory::state_store {
public:
  turned_store() {
    clock([this] { return std::chrono::milliseconds(time); });
  }
  std::optional<stored> read(std::string_view path) { return call(path), zddm::memory::state_store::read(path); }
  std::vector<stored> list(std::string_view path) { return call(path), zddm::memory::state_store::list(path); }
  bool commit(std::span<change const> changes) {
    call("commit");
    bool const done = zddm::memory::state_store::commit(changes);
    if (forgetful.exchange(false)) throw zddm::store_error(zddm::error_class::unknown_outcome, "cut off");
    return done;
  }

  std::atomic<std::int64_t> time{1000};
  std::atomic<bool> down{false};
  std::atomic<bool> forgetful{false}; ///< the next commit is applied and reported as of unknown outcome
  std::function<void(std::string_view)> before = [](auto) {};

private:
  void call(std::string_view what) {
    if (down) throw zddm::store_error(zddm::error_class::transient, "down");
    before(what);
  }
};

using member_type = member<turned_store>;

/// A member's clock turned by hand; the handle still asks the real one whether the lease lasts.
struct hand_clock {
  static inline coarse_clock::time_point at{};
  static coarse_clock::time_point now() { return at; }
};
using turned_member = member<turned_store, hand_clock>;
member_options by_hand() { return {10s, 1ms, "web", false}; }
auto const past = [] { return coarse_clock::now() - 1ms; };

void announce(turned_store& s, row at, std::uint64_t epoch, quarantine shut = quarantine::none) {
  auto const seen = load(s, "names");
  auto next = seen.value;
  next.now = {at, epoch, threshold::closed(), threshold::open(), threshold::open(), shut};
  REQUIRE(replace(s, "names", seen, next, {"test", "announce"}));
}

std::uint64_t acknowledged(turned_store& s) {
  auto const all = leases(s, "names");
  REQUIRE(all.size() == 1);
  return all[0].epoch;
}

} // namespace

TEST_CASE("member: it joins at the announced row, before it serves") {
  turned_store s;
  announce(s, row::preparing, 3);
  handle h("names");
  member_type const m(s, h, by_hand());
  CHECK(h.current().at == row::preparing);
  CHECK(h.lease_valid());
  auto const all = leases(s, "names");
  REQUIRE(all.size() == 1);
  CHECK(all[0].epoch == 3);
  CHECK(all[0].process == h.process());
  CHECK(all[0].expires == 11000);
  CHECK(all[0].owner == identity::self());
  CHECK(all[0].library == ZDDM_VERSION);
}

TEST_CASE("member: its lease stands before it reads the settings, and acknowledges nothing until they are obeyed") {
  turned_store s;
  announce(s, row::preparing, 3);
  handle h("names");
  int looked = 0;
  s.before = [&](std::string_view path) {
    if (path != "m/names/state") return;
    if (++looked > 1) return;
    CHECK_FALSE(h.lease_valid());
    CHECK(acknowledged(s) == 0);
    CHECK(behind(s, "names", 3).size() == 1);
  };
  member_type const m(s, h, by_hand());
  CHECK(looked == 1);
}

TEST_CASE("member: a start without the state store throws, and the handle serves nothing") {
  turned_store s;
  s.down = true;
  handle h("names");
  CHECK_THROWS_AS(member_type(s, h, by_hand()), zddm::store_error);
  CHECK_FALSE(h.lease_valid());
  s.down = false;
  s.commit(std::vector<change>{{"m/names/state", 0, "nonsense"}});
  CHECK_THROWS_AS(member_type(s, h, by_hand()), zddm::error);
  CHECK_FALSE(h.lease_valid());
}

TEST_CASE("member: a first commit of unknown outcome does not keep it from joining later") {
  turned_store s;
  announce(s, row::prepared, 2);
  handle h("names");
  s.forgetful = true;
  CHECK_THROWS_AS(member_type(s, h, by_hand()), zddm::store_error);
  member_type const m(s, h, by_hand());
  CHECK(h.lease_valid());
}

TEST_CASE("member: new settings are acknowledged once the operations of the earlier ones are over") {
  turned_store s;
  handle h("names");
  member_type m(s, h, by_hand());
  std::optional<handle::operation> op(h.enter());
  announce(s, row::preparing, 1);
  std::atomic<bool> polled{false};
  std::thread poller([&] {
    m.poll_once();
    polled = true;
  });
  while (h.current().epoch == 0) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(1ms);
    CHECK(acknowledged(s) == 0);
    CHECK_FALSE(polled);
  }
  op.reset();
  poller.join();
  CHECK(acknowledged(s) == 1);
}

TEST_CASE("member: while it waits for an operation it goes on renewing its lease") {
  turned_store s;
  handle h("names");
  hand_clock::at = coarse_clock::now() + 1h;
  turned_member m(s, h, by_hand());
  auto const expires = [&] { return leases(s, "names").at(0).expires; };
  auto const first = expires();
  std::optional<handle::operation> op(h.enter());
  announce(s, row::preparing, 1);
  s.time += 4000;
  hand_clock::at += 4s;
  std::thread poller([&] { m.poll_once(); });
  while (expires() == first) std::this_thread::sleep_for(1ms);
  CHECK(acknowledged(s) == 0);
  CHECK(h.current().epoch == 1);
  op.reset();
  poller.join();
  CHECK(acknowledged(s) == 1);
}

TEST_CASE("member: it renews after a third of the lease, not at every poll") {
  turned_store s;
  handle h("names");
  hand_clock::at = coarse_clock::now() + 1h;
  turned_member m(s, h, {9s, 1ms, "", false});
  int commits = 0;
  s.before = [&](std::string_view what) { commits += what == "commit"; };
  hand_clock::at += 2900ms;
  for (int i = 0; i < 5; ++i) m.poll_once();
  CHECK(commits == 0);
  hand_clock::at += 100ms;
  for (int i = 0; i < 5; ++i) m.poll_once();
  CHECK(commits == 1);
}

TEST_CASE("member: without the state store it serves until the lease ends, then not; afterwards it joins as a new process") {
  turned_store s;
  announce(s, row::prepared, 2);
  handle h("names");
  member_type m(s, h, by_hand());
  s.down = true;
  CHECK_THROWS_AS(m.poll_once(), zddm::store_error);
  CHECK(h.current().at == row::prepared);
  CHECK(h.lease_valid());
  h.extend_lease(past());
  CHECK_THROWS_AS(m.poll_once(), zddm::store_error);
  CHECK_FALSE(h.lease_valid());

  s.down = false;
  announce(s, row::migrating, 3);
  auto const before = h.process();
  m.poll_once();
  CHECK(h.lease_valid());
  CHECK(h.current().at == row::migrating);
  CHECK(h.process() != before);
  CHECK(acknowledged(s) == 3);
}

TEST_CASE("member: a lease that is not renewed ends by itself") {
  turned_store s;
  handle h("names");
  member_type const m(s, h, {40ms, 1ms, "", false});
  while (h.lease_valid()) std::this_thread::sleep_for(1ms);
  CHECK(live(s, "names").size() == 1);
}

TEST_CASE("member: its own end of the lease is counted from before the request, and an eighth sooner than the fleet's") {
  turned_store s;
  handle late("names"), early("names");
  hand_clock::at = coarse_clock::now() - 7h - 1min;
  turned_member const a(s, late, {8h, 1ms, "", false});
  CHECK_FALSE(late.lease_valid());
  hand_clock::at = coarse_clock::now() - 7h + 1min;
  turned_member const b(s, early, {8h, 1ms, "", false});
  CHECK(early.lease_valid());

  handle slow("names");
  hand_clock::at = coarse_clock::now() - 20h;
  s.before = [](std::string_view what) {
    if (what == "commit") hand_clock::at += 10h;
  };
  turned_member const c(s, slow, {8h, 1ms, "", false});
  CHECK_FALSE(slow.lease_valid());
}

TEST_CASE("member: who was counted out notices, and serves again as a new process only when all it had begun is over") {
  turned_store s;
  announce(s, row::prepared, 2);
  handle h("names");
  member_type m(s, h, by_hand());
  auto const before = h.process();
  s.time += 10'001;
  CHECK(live(s, "names").empty());
  announce(s, row::migrating, 3);
  std::optional<handle::operation> op(h.enter());
  std::thread([&] { op.reset(); }).join();
  CHECK_THROWS_AS(m.poll_once(), zddm::lease_lost);
  CHECK_FALSE(h.lease_valid());
  CHECK(leases(s, "names").empty());

  op.emplace(h.enter());
  std::atomic<bool> joined{false};
  std::thread poller([&] {
    m.poll_once();
    joined = true;
  });
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(1ms);
    CHECK_FALSE(joined);
    CHECK_FALSE(h.lease_valid());
  }
  op.reset();
  poller.join();
  CHECK(h.lease_valid());
  CHECK(h.process() != before);
  CHECK(acknowledged(s) == 3);
}

TEST_CASE("member: a state store that has gone back in time is not obeyed") {
  turned_store s;
  announce(s, row::prepared, 5);
  handle h("names");
  member_type m(s, h, by_hand());
  announce(s, row::unrun, 1);
  CHECK_THROWS_AS(m.poll_once(), zddm::error);
  CHECK(h.current().at == row::prepared);
  CHECK(acknowledged(s) == 5);
  h.extend_lease(past());
  CHECK_THROWS_AS(m.poll_once(), zddm::error);
  CHECK_FALSE(h.lease_valid());
}

TEST_CASE("member: it leaves") {
  turned_store s;
  handle h("names");
  {
    member_type const m(s, h, by_hand());
  }
  CHECK(leases(s, "names").empty());
  CHECK_FALSE(h.lease_valid());
  {
    member_type const m(s, h, by_hand());
    s.down = true;
  }
  CHECK_FALSE(h.lease_valid());
}

TEST_CASE("member: a commit of unknown outcome is found out at the next poll") {
  turned_store s;
  announce(s, row::preparing, 1);
  handle h("names");
  member_type m(s, h, by_hand());
  announce(s, row::prepared, 2);
  s.forgetful = true;
  CHECK_THROWS_AS(m.poll_once(), zddm::store_error);
  m.poll_once();
  CHECK(acknowledged(s) == 2);
  CHECK(h.lease_valid());
}

TEST_CASE("member: alone it shuts New out at once, and a second time it finds it done") {
  turned_store s;
  announce(s, row::prepared, 4);
  handle h("names");
  member_type m(s, h, by_hand());
  h.quarantine("New is down");
  CHECK(h.current().shut == quarantine::settled);
  CHECK(h.current().epoch == 6);
  CHECK(history(s, "names").back().note == "New is down");
  h.quarantine("New is down");
  CHECK(h.current().epoch == 6);
}

TEST_CASE("member: shutting New out waits for every live process") {
  turned_store s;
  announce(s, row::prepared, 4);
  handle a("names"), b("names");
  member_type ma(s, a, by_hand()), mb(s, b, by_hand());
  std::atomic<bool> shut{false};
  std::thread first([&] {
    a.quarantine("New is down");
    shut = true;
  });
  while (load(s, "names").value.now.shut != quarantine::announced) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(1ms);
    CHECK_FALSE(shut);
  }
  CHECK(b.current().shut == quarantine::none);
  mb.poll_once();
  CHECK(b.current().shut == quarantine::announced);
  first.join();
  CHECK(a.current().shut == quarantine::settled);
  mb.poll_once();
  CHECK(b.current().shut == quarantine::settled);
}

TEST_CASE("member: shutting New out waits for a silent process no longer than its lease") {
  turned_store s;
  announce(s, row::prepared, 4);
  handle a("names"), silent("names");
  member_type ma(s, a, by_hand()), mb(s, silent, by_hand());
  std::atomic<bool> shut{false};
  std::thread first([&] {
    a.quarantine("New is down");
    shut = true;
  });
  while (load(s, "names").value.now.shut != quarantine::announced) std::this_thread::yield();
  std::this_thread::sleep_for(10ms);
  CHECK_FALSE(shut);
  auto const path = lease_path("names", silent.process());
  auto one = entry::decode<lease>("lease", path, s.read(path)->value);
  one.expires = 999;
  s.commit(std::vector<change>{{path, any_revision, entry::encode("lease", one)}});
  first.join();
  CHECK(load(s, "names").value.now.shut == quarantine::settled);
  CHECK_THROWS_AS(mb.poll_once(), zddm::lease_lost);
}

TEST_CASE("member: what another process began to shut out is carried on when that one died") {
  turned_store s;
  announce(s, row::prepared, 4, quarantine::announced);
  handle h("names");
  member_type const m(s, h, by_hand());
  CHECK(h.current().shut == quarantine::announced);
  h.quarantine("New is down");
  CHECK(h.current().shut == quarantine::settled);
  CHECK(h.current().epoch == 5);
}

TEST_CASE("member: New is shut out again while it is about to come back") {
  turned_store s;
  announce(s, row::prepared, 4, quarantine::rejoining);
  handle h("names");
  member_type const m(s, h, by_hand());
  h.quarantine("New is down again");
  CHECK(h.current().shut == quarantine::settled);
  CHECK(h.current().epoch == 6);
}

TEST_CASE("member: a writer that waited for a quarantine which is lifted meanwhile begins no other") {
  turned_store s;
  announce(s, row::prepared, 4, quarantine::announced);
  handle h("names");
  member_type const m(s, h, by_hand());
  announce(s, row::prepared, 5, quarantine::rejoining);
  h.quarantine("quarantine announced");
  CHECK(h.current().shut == quarantine::rejoining);
  CHECK(load(s, "names").value.now.epoch == 5);
}

TEST_CASE("member: where New is required, or not used, there is nothing to shut out") {
  for (auto const at : {row::unrun, row::switching, row::switched, row::completing, row::completed}) {
    turned_store s;
    announce(s, row::migrated, 4);
    handle h("names");
    member_type const m(s, h, by_hand());
    announce(s, at, 5);
    h.quarantine("New is down");
    CHECK(h.current().at == at);
    CHECK(load(s, "names").value.now.shut == quarantine::none);
  }
}

TEST_CASE("member: without the state store nothing is shut out, and the caller hears of it") {
  turned_store s;
  announce(s, row::prepared, 4);
  handle h("names");
  member_type const m(s, h, {60ms, 1ms, "", false});
  s.down = true;
  CHECK_THROWS_AS(h.quarantine("New is down"), zddm::error);
  CHECK_FALSE(h.lease_valid());
}

TEST_CASE("member: the journal is durable when the call returns") {
  turned_store s;
  handle h("names");
  member_type const m(s, h, by_hand());
  h.journal("a/b");
  h.journal("a/b");
  REQUIRE(journal::all(s, "names").size() == 1);
  CHECK(journal::all(s, "names")[0].key == "a/b");
  s.down = true;
  CHECK_THROWS_AS(h.journal("c"), zddm::store_error);
}

TEST_CASE("member: many processes with many threads shut New out at once") {
  zddm::memory::state_store s;
  auto const seen = load(s, "names");
  auto next = seen.value;
  next.now = {row::prepared, 4, threshold::open(), threshold::open(), threshold::open()};
  REQUIRE(replace(s, "names", seen, next, {}));

  struct process {
    handle h{"names"};
    std::optional<member<zddm::memory::state_store>> m;
  };
  std::vector<process> all(4);
  for (auto& p : all) p.m.emplace(s, p.h, member_options{10s, 1ms, "", true});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (auto& p : all)
    for (int t = 0; t < 3; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          {
            auto const op = p.h.enter();
          }
          if (i != 25) continue;
          p.h.quarantine("New is down");
          if (p.h.current().shut != quarantine::settled) ++wrong;
          for (auto const& one : leases(s, "names"))
            if (one.epoch < 5) ++wrong;
        }
      });
  for (auto& t : threads) t.join();
  CHECK(wrong == 0);
  CHECK(load(s, "names").value.now.epoch == 6);
}

TEST_CASE("member: in the background it obeys, and says what troubles it") {
  turned_store s;
  handle h("names");
  member_type const m(s, h, {10s, 1ms, "", true});
  announce(s, row::preparing, 1);
  barrier(s, "names", 1, 100s);
  CHECK(h.current().at == row::preparing);
  CHECK_FALSE(m.trouble());
  s.down = true;
  while (!m.trouble()) std::this_thread::sleep_for(1ms);
  CHECK(m.trouble()->find("down") != std::string::npos);
  s.down = false;
  while (m.trouble()) std::this_thread::sleep_for(1ms);
  CHECK(h.lease_valid());
}

TEST_CASE("member: what it measures is told beside its lease and goes with it") {
  turned_store s;
  handle h("names");
  auto options = by_hand();
  int asked = 0;
  options.measured = [&] {
    ++asked;
    measures m{};
    m.counted.equal = 5;
    return m;
  };
  {
    member_type m(s, h, options);
    m.poll_once();
    CHECK(measures_of(s, "names").empty());
    m.report_once();
    auto const told = measures_of(s, "names");
    REQUIRE(told.size() == 1);
    CHECK(told[0].process == h.process());
    CHECK(load_series(s, "names").first.since(0).compared == 5);
    s.time += 60'000;
    CHECK(measures_of(s, "names").empty()); // the lease is over
  }
  CHECK(asked == 1);
  CHECK(s.list("m/names/measures/").empty());
}

TEST_CASE("member: a thread of its own reports; a failure to report changes nothing else") {
  turned_store s;
  handle h("names");
  std::atomic<int> asked{0};
  member_type m(s, h,
                {.lease = 60s,
                 .poll = 1ms,
                 .label = "",
                 .measured = [&]() -> measures {
                   if (++asked == 1) throw std::runtime_error("no measures");
                   return {};
                 },
                 .report = 5ms});
  while (asked < 3) std::this_thread::sleep_for(1ms);
  CHECK(h.lease_valid());
  CHECK(s.list("m/names/measures/").size() == 1);
}

TEST_CASE("member: without measures nothing is told") {
  turned_store s;
  handle h("names");
  member_type m(s, h, by_hand());
  m.report_once();
  CHECK(s.list("m/names/measures/").empty());
  CHECK(s.list("m/names/series").empty());
}
