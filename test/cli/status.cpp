// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/status.hpp>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;

namespace {
std::string shown(desk& d) {
  auto s = d.session();
  cli::status(s, d.m);
  return d.data.str();
}
bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("status: one migration, where it stands and what its next step waits for") {
  desk d("status");
  d.place(row::migrated, [](auto& r) {
    r.proof.mismatches = 3;
    r.proof.compared = 1000;
    r.now.rate = zddm::threshold::percent(5);
  });
  process const p(d.memory);
  auto const text = shown(d);
  CHECK(has(text, "names   migrated since "));
  CHECK(has(text, "  unrun -- prepared -- [migrated] -- switched -- completed -- destroyed\n"
                  "                                     ^ last point of return\n"));
  CHECK(has(text, "stores     memory:old -> memory:new"));
  CHECK(has(text, "writes     Old, then New\n"));
  CHECK(has(text, "dial at 5%, highest so far 100%"));
  CHECK(has(text, "verified   1000 keys, 3 open, 0 unknown in New"));
  CHECK(has(text, "1 process, all at epoch 1"));
  CHECK(has(text, "(test)  epoch 1"));
  CHECK(has(text, "to switch, still open (1 of 4):"));
  CHECK(has(text, "[ ] open mismatches 0"));
  CHECK(has(text, "zd repair names"));
  CHECK(has(text, "[x] backfill 100 %"));
}

TEST_CASE("status: an announced row, a backfill under way, who works on it, and a process behind") {
  desk d("status");
  d.place(row::migrating);
  d.copied({"names", 100, {"10"}, true}, {"10", 60, 0, 0, {}, 0});
  process const p(d.memory, false);
  zddm::lifecycle::operator_lease<zddm::memory::state_store> const held(d.memory, "names", "zd migrate names");
  d.place(row::migrating);
  auto const text = shown(d);
  CHECK(has(text, "prepared -- [migrating 59.4 %] -- migrated"));
  CHECK(has(text, "1 of 2 chunks, 60 copied"));
  CHECK(has(text, "1 behind epoch 2"));
  CHECK(has(text, "runs zd migrate names since"));
  CHECK(has(text, "0 of 1"));
}

TEST_CASE("status: a quarantine and a missing way back are told") {
  desk d("status");
  d.m.no_way_back = "the mapping is lossy";
  d.place(row::prepared, [](auto& r) { r.now.shut = zddm::lifecycle::quarantine::settled; });
  auto const text = shown(d);
  CHECK(has(text, "quarantine settled"));
  CHECK(has(text, "zd repair names ends it"));
  CHECK(has(text, "no way back after the switch: the mapping is lossy"));
  CHECK(has(text, "  unrun -- [prepared] -- migrated -- switched -- completed -- destroyed\n"
                  "                         ^ last point of return\n"));
}

TEST_CASE("status: every row can be shown") {
  for (std::size_t i = 0; i < zddm::lifecycle::row_names.size(); ++i) {
    desk d("status");
    d.place(static_cast<row>(i));
    auto const text = shown(d);
    CHECK(has(text, '[' + std::string(zddm::lifecycle::row_names[i]) + ']'));
    CHECK(has(text, "to ") == (static_cast<row>(i) != row::destroyed));
  }
}

TEST_CASE("status: for programs everything in one object") {
  desk d("status", true);
  d.place(row::migrated, [](auto& r) { r.proof.mismatches = 3; });
  process const p(d.memory);
  auto const e = cli::json::parse(shown(d));
  CHECK(e["schema"] == 1);
  CHECK(e["event"] == "status");
  CHECK(e["row"] == "migrated");
  CHECK(e["comparison"]["open"] == 3);
  CHECK(e["processes"].size() == 1);
  CHECK(e["processes"][0]["pid"] == ::getpid());
  CHECK(e["conditions"][1]["met"] == false);
  CHECK(e["next"] == "switch");
  CHECK(e["operator"].is_null());
  CHECK(e["lately"]["share"].is_null());
}

TEST_CASE("status: all migrations, a line each, in columns") {
  desk d("status");
  scripted other;
  other.called = "a_much_longer_name";
  d.place(row::switched, [](auto& r) { r.proof.compared = 10; });
  std::vector<cli::subject const*> const all{&d.m, &other};
  auto s = d.session();
  cli::status(s, std::span<cli::subject const* const>(all));
  std::istringstream lines(d.data.str());
  std::string head, first, second;
  std::getline(lines, head);
  std::getline(lines, first);
  std::getline(lines, second);
  CHECK(head.starts_with("MIGRATION            STATE"));
  CHECK(first.starts_with("names                switched"));
  CHECK(first.ends_with("100 %      100 %        zd complete names"));
  CHECK(second.ends_with("-          -            zd prepare a_much_longer_name"));
  CHECK(has(d.data.str(), "state store memory"));
}

TEST_CASE("status: the overview counts who is at work, and the leases that nobody will renew") {
  desk d("status");
  auto const told = [&] {
    cli::subject const* const m = &d.m;
    auto s = d.session();
    cli::status(s, std::span(&m, 1));
    return d.data.str();
  };
  d.place(row::prepared);
  process const p(d.memory);
  CHECK(has(told(), "    1 process, none behind    0 workers    0 operators at work    0 leases of the dead\n"));
  put_lease(d, dead_pid(), 10s, 5);
  put_lease(d, 1, 10s, 7, "elsewhere");
  CHECK(has(told(), "    3 processes, "));
  CHECK(has(told(), "    1 lease of the dead: zd unlock frees them\n"));
}

TEST_CASE("status: who works at the backfill, what holds it up and what failed") {
  desk d("status");
  d.place(row::migrating);
  d.copied({"names", 100, {"10", "20", "30"}, false}, {"10", 60, 0, 0, {}, 0});
  zddm::backfill::state_queue<zddm::memory::state_store> queue(d.memory, "names");
  auto const tasks = queue.claim(queue.plan()->id, "w", {2}, 60s);
  queue.report(tasks.at(0), {zddm::backfill::work::failed, {}, "a broken page"});
  zddm::backfill::change_settings(d.memory, "names", [](auto& s) { s.rows_per_second = 500; });
  zddm::backfill::status at_work{};
  at_work.own_copied = 42;
  at_work.throttled["rows per second"] = 12s;
  zddm::backfill::publish(d.memory, "names", "w", zddm::backfill::worker::of(at_work), 60s);
  auto const text = shown(d);
  CHECK(has(text, "1 of 3 chunks, 1 running, 1 failed, 60 copied"));
  CHECK(has(text, "settings rate=500"));
  CHECK(has(text, "42 rows copied, waited 12 s: rows per second"));
  CHECK(has(text, "failed   chunk 1, 1 attempts: a broken page"));
  CHECK(has(text, "zd migrate names tries them again"));

  desk programs("status", true);
  programs.place(row::migrating);
  programs.copied({"names", 100, {"10"}, false}, {"10", 60, 0, 0, {}, 0});
  zddm::backfill::publish(programs.memory, "names", "w", zddm::backfill::worker::of(at_work), 60s);
  auto const e = cli::json::parse(shown(programs))["backfill"];
  CHECK(e["workers"][0]["throttled_seconds"]["rows per second"] == 12);
  CHECK(e["settings"]["rows_per_second"] == 0);
  CHECK(e["failed_chunks"].empty());
}
