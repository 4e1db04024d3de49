// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/metrics.hpp>

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <cli/world.hpp>

using namespace world;
namespace lifecycle = zddm::lifecycle;

namespace {

bool says(std::string const& text, std::string_view line) { return text.find(std::string(line) + '\n') != std::string::npos; }

std::string told(desk& d, std::vector<cli::subject const*> const& all) {
  auto s = d.session();
  cli::metrics(s, all);
  return d.data.str();
}

} // namespace

TEST_CASE("metrics: a migration of which nothing is known") {
  desk d("metrics");
  auto const text = told(d, {&d.m});
  CHECK(says(text, "# TYPE zddm_state gauge"));
  CHECK(says(text, "zddm_state{migration=\"names\",state=\"unrun\"} 1"));
  CHECK(says(text, "zddm_state{migration=\"names\",state=\"migrating\"} 0"));
  CHECK(says(text, "zddm_eta_seconds{migration=\"names\"} -1"));
  CHECK(says(text, "zddm_divergence_open{migration=\"names\",kind=\"missing\"} 0"));
  CHECK(text.find("\n\n") == std::string::npos);
}

TEST_CASE("metrics: where it stands, its processes, its backfill, what was compared") {
  desk d("metrics");
  d.place(row::migrating, [](auto& r) { r.proof.unknown = 4; });
  process const p(d.memory);
  d.copied({"names", 100, {"10"}, true}, {"10", 58, 2, 0, {}, 0});
  lifecycle::change_series(d.memory, "names", [](lifecycle::series& all) {
    lifecycle::point now{};
    now.until = lifecycle::wall_milliseconds();
    now.from = now.until - 60'000;
    now.rows = 60;
    all.add(now);
    all.add_wait("old latency", 1500);
  });
  zddm::verify::report found{};
  found.wrong = {2, 0, 1, 0, 0};
  cli::note_comparison(d.session(), "names", found);
  scripted other;
  other.called = "other";
  other.stores = false;
  auto const text = told(d, {&d.m, &other});
  CAPTURE(text);
  CHECK(says(text, "zddm_state{migration=\"names\",state=\"migrating\"} 1"));
  CHECK(says(text, "zddm_state{migration=\"other\",state=\"unrun\"} 1"));
  CHECK(says(text, "zddm_epoch_announced{migration=\"names\"} 1"));
  CHECK(says(text, "zddm_quarantine{migration=\"names\"} 0"));
  CHECK(text.find("zddm_epoch{migration=\"names\",process=\"") != std::string::npos);
  CHECK(text.find("(test)\"} 1\n") != std::string::npos);
  CHECK(text.find("zddm_lease_expiry_seconds{migration=\"names\",process=\"") != std::string::npos);
  CHECK(says(text, "zddm_backfill_rows_total{migration=\"names\"} 60"));
  CHECK(says(text, "zddm_backfill_chunks{migration=\"names\",state=\"done\"} 1"));
  CHECK(says(text, "zddm_backfill_chunks{migration=\"names\",state=\"waiting\"} 1"));
  CHECK(says(text, "zddm_backfill_chunks{migration=\"names\",state=\"failed\"} 0"));
  CHECK(says(text, "zddm_divergence_open{migration=\"names\",kind=\"missing\"} 2"));
  CHECK(says(text, "zddm_unknown_keys{migration=\"names\"} 4"));
  CHECK(says(text, "zddm_throttled{migration=\"names\",reason=\"old latency\"} 1.5"));
  CHECK(text.find("zddm_eta_seconds{migration=\"names\"} ") != std::string::npos);
  CHECK_FALSE(says(text, "zddm_eta_seconds{migration=\"names\"} -1"));
  CHECK(text.find("zddm_unknown_keys{migration=\"other\"}") == std::string::npos);
}

TEST_CASE("metrics: a backfill that is complete has no time left, and what was repaired is not open") {
  desk d("metrics");
  d.copied({"names", 10, {"10"}, false}, {"10", 10, 0, 0, {}, 0});
  zddm::verify::report found{};
  found.wrong = {2, 0, 3, 0, 0};
  found.repaired = {2, 0, 1, 0, 0};
  cli::note_comparison(d.session(), "names", found);
  auto const text = told(d, {&d.m});
  CHECK(says(text, "zddm_eta_seconds{migration=\"names\"} 0"));
  CHECK(says(text, "zddm_divergence_open{migration=\"names\",kind=\"missing\"} 0"));
  CHECK(says(text, "zddm_divergence_open{migration=\"names\",kind=\"differs\"} 2"));
}
