// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/report.hpp>

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include <cli/world.hpp>
#include <tools/scratch.hpp>

using namespace world;
namespace lifecycle = zddm::lifecycle;

namespace {

bool has(std::string const& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// A report of the desk's migration as a file, and what test/tools/page.py makes of it.
struct written {
  explicit written(desk& d) {
    d.asked.html = folder / "page.html";
    d.run(cli::report);
    text = test::read_file(d.asked.html);
    auto const said = folder / "outline";
    auto const command = "python3 '" + std::string(std::getenv("ZDDM_SOURCE_DIR")) + "/test/tools/page.py' '" + d.asked.html +
                         "' > '" + said + "'";
    sound = std::system(command.c_str()) == 0;
    outline = test::read_file(said);
  }

  test::scratch folder;
  std::string text, outline;
  bool sound = false;
};

constexpr std::string_view hostile = "</title></style><script>alert(1)</script>\"'&\x01\xff\x1b[31m\xe2\x80\xae";

/// Everything that a page can show, in its worst clothes.
void fill(desk& d) {
  d.m.no_way_back = "lossy: <script>";
  d.place(row::migrating, [](auto& r) {
    r.now.shut = lifecycle::quarantine::settled;
    r.proof.verified = true;
    r.proof.mismatches = 2;
  });
  auto const at = lifecycle::load(d.memory, "names");
  REQUIRE(
      lifecycle::replace(d.memory, "names", at, at.value, {std::string(hostile), std::string(hostile), std::string(hostile)}));
  zddm::backfill::plan const plan{"names", 100, {"\"a\"", std::string(hostile), "\"z\""}, true};
  using zddm::backfill::mark;
  using zddm::backfill::work;
  d.copied(plan, {"\"a\"", 30, 5, 0, {}, 0});
  zddm::backfill::state_queue<zddm::memory::state_store> queue(d.memory, "names");
  auto const tasks = queue.claim(queue.plan()->id, "w", {3}, 60s);
  queue.report(tasks.at(0), {work::done, mark{std::string(hostile), 20, 0, 3, {std::string(hostile)}, 0}.encoded()});
  queue.report(tasks.at(1), {work::open, mark{"\"y\"", 7, 0, 0, {}, 0}.encoded()});
  queue.report(tasks.at(2), {work::failed, {}, std::string(hostile)});
  zddm::verify::report found{};
  found.rows = 1000;
  found.settled.differs = 4;
  found.wrong = {1, 0, 1, 0, 0};
  zddm::verify::mismatch wrong{};
  wrong.key = hostile;
  wrong.kind = "differs";
  wrong.columns = {std::string(hostile)};
  wrong.old_value = wrong.new_value = "a value";
  found.listed.push_back(wrong);
  cli::note_comparison(d.session(), "names", found);
  lifecycle::change_series(d.memory, "names", [](lifecycle::series& all) {
    for (std::int64_t i = 0; i < 10; ++i) {
      lifecycle::point p{};
      p.from = lifecycle::wall_milliseconds() + 60'000 * (i - 10);
      p.until = p.from + 60'000;
      p.counted.equal = 1000;
      p.rows = 5000;
      p.unknown = 10 - i;
      p.old_p99 = 3'000'000;
      p.new_p99 = 2'000'000;
      all.add(p);
    }
  });
}

} // namespace

TEST_CASE("report: a migration of which nothing is known yet") {
  desk d("report");
  written const w(d);
  CHECK_MESSAGE(w.sound, w.outline);
  CHECK(w.outline == "h1 names\nh2 Where it stands\nh2 Ready to prepare\nh2 Coverage by key range\nh2 Consistency over time\n"
                     "h2 Latency of both stores\nh2 Mismatches\nh2 Processes\nh2 Who did what\n");
  CHECK(has(w.text, "nothing was done yet"));
  CHECK(d.said("page.html\n"));
}

TEST_CASE("report: everything there is, and nothing hostile gets through") {
  desk d("report");
  fill(d);
  d.m.wanted.consistency_ppm = 999'500;
  lifecycle::handle h("names");
  lifecycle::measures told{};
  told.counted.equal = 10;
  told.old_reads = told.old_writes = {{1'200'000}, {100}};
  told.new_reads = told.new_writes = {{700'000}, {100}};
  lifecycle::member<zddm::memory::state_store> member(d.memory, h, {60s, 1s, std::string(hostile), false, [&] { return told; }});
  member.report_once();
  written const w(d);
  CHECK_MESSAGE(w.sound, w.outline);
  CHECK(w.outline == "h1 names\nh2 Where it stands\nh2 Before migrate: 2 of 3 still open\nh2 Coverage by key range\n"
                     "picture 4 chunks by key range: 1 done, 1 failed, 1 with refused rows\n"
                     "picture rows a second of the backfill, over time\nh2 Consistency over time\n"
                     "picture share of compared keys that agreed, over time\npicture keys unknown in New, over time\n"
                     "h2 Latency of both stores\npicture reads of both stores by how long they took\n"
                     "table reads, calls, p50, p90, p99\npicture 99th percentile of reads of both stores, over time\n"
                     "picture writes of both stores by how long they took\ntable writes, calls, p50, p90, p99\n"
                     "h2 Mismatches of the last comparison\ntable kind, seen, gone, moving, repaired, open\n"
                     "table key, kind, columns that differ\nh2 Processes\ntable process, epoch, lease, zddm\n"
                     "h2 Who did what\ntable when, state, epoch, who, what\n");
  CHECK_FALSE(has(w.text, "<script"));
  CHECK_FALSE(has(w.text, "a value"));
  CHECK(has(w.text, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\x01\\xff\\x1b[31m\\xe2\\x80\\xae"));
  CHECK(has(w.text, "New is in quarantine"));
  CHECK(has(w.text, "gate 99.95 %"));
  CHECK(has(w.text, "lossy: &lt;script&gt;"));
  CHECK(has(w.text, "<li class=\"ahead return\">migrated"));
}

TEST_CASE("report: every row, and a migration within one store") {
  for (bool const stores : {true, false})
    for (std::size_t i = 0; i < lifecycle::row_names.size(); ++i) {
      desk d("report");
      d.m.stores = stores;
      d.place(static_cast<row>(i));
      auto const text = cli::report_page(d.session(), d.m);
      CHECK(has(text, "aria-current=\"step\">" + std::string(lifecycle::row_names[i])));
      CHECK(has(text, "Coverage by key range") == stores);
    }
}

TEST_CASE("report: values are looked up only where they are asked for") {
  desk d("report");
  fill(d);
  d.m.known.old_store.value = "{<b>old</b>}";
  d.m.known.new_store.trouble = "the store is <down>";
  CHECK_FALSE(has(cli::report_page(d.session(), d.m), "old&lt;/b&gt;"));
  CHECK(d.m.opened == 0);
  d.asked.values = true;
  written const w(d);
  CHECK_MESSAGE(w.sound, w.outline);
  CHECK(has(w.text, "<td><code><bdi>{&lt;b&gt;old&lt;/b&gt;}</bdi></code></td>"));
  CHECK(has(w.text, "cannot be told: the store is &lt;down&gt;"));
  CHECK(has(w.outline, "table key, kind, columns that differ, in Old, in New\n"));
  CHECK(d.m.count("explain " + std::string(hostile)) == 1);
}

TEST_CASE("report: without a file nothing is written") {
  desk d("report");
  CHECK(d.failure_of(cli::report).exit() == cli::exit_code::usage);
}

TEST_CASE("report: for programs it says which file, and a folder that is not there is refused") {
  desk d("report", true);
  written const w(d);
  auto const e = cli::json::parse(d.data.str());
  CHECK(e["event"] == "report");
  CHECK(e["bytes"] == w.text.size());
  d.asked.html = w.folder / "missing/page.html";
  CHECK(d.failure_of(cli::report).code() == 417);
}
