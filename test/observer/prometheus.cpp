// SPDX-License-Identifier: BSL-1.0
#include <zddm/observer/prometheus.hpp>

#include <string>

#include <doctest/doctest.h>
#include <prometheus/text_serializer.h>

#include <zddm/lifecycle/local.hpp>
#include <zddm/memory/store.hpp>
#include <zddm/proxy/proxy.hpp>
#include <zddm/testing/faulty_store.hpp>

namespace {
using rows = zddm::memory::store<std::string, int>;

bool says(std::string const& text, std::string const& line) { return text.find(line + "\n") != std::string::npos; }
} // namespace

TEST_CASE("observer prometheus: what a scrape finds after a few operations, and nothing of keys") {
  rows from, to;
  zddm::testing::faulty_store<rows> flaky(to);
  zddm::lifecycle::handle h("m");
  prometheus::Registry registry;
  zddm::observer::prometheus_metrics metrics(registry, "move_users");
  zddm::proxy<rows, decltype(flaky), zddm::lifecycle::local, zddm::observer::prometheus> p(from, flaky, h, metrics);
  h.take(zddm::lifecycle::step::prepare);
  p.write("secret-key", 1);
  CHECK(p.read("secret-key") == 1);
  from.put("other", 2);
  CHECK(p.read("other") == 2);
  flaky.script(zddm::testing::fail_nth(1));
  CHECK(p.read("other") == 2);

  auto const text = prometheus::TextSerializer().Serialize(registry.Collect());
  CAPTURE(text);
  CHECK(says(text, "zddm_op_total{migration=\"move_users\",op=\"write\",result=\"ok\",store=\"old\"} 1"));
  CHECK(says(text, "zddm_op_total{migration=\"move_users\",op=\"read\",result=\"failed\",store=\"new\"} 1"));
  CHECK(says(text, "zddm_answered_total{migration=\"move_users\",op=\"read\",store=\"new\"} 1"));
  CHECK(says(text, "zddm_answered_total{migration=\"move_users\",op=\"read\",store=\"old\"} 2"));
  CHECK(says(text, "zddm_op_seconds_count{migration=\"move_users\",op=\"write\",store=\"old\"} 1"));
  CHECK(says(text, "zddm_fill_total{migration=\"move_users\",result=\"applied\"} 1"));
  CHECK(says(text, "zddm_fallback_total{migration=\"move_users\",reason=\"transient\"} 1"));
  CHECK(text.find("secret") == std::string::npos);
}

TEST_CASE("observer prometheus: two migrations share a registry") {
  prometheus::Registry registry;
  zddm::observer::prometheus_metrics one(registry, "one"), two(registry, "two");
  auto const text = prometheus::TextSerializer().Serialize(registry.Collect());
  CHECK(says(text, "zddm_quarantine_total{migration=\"one\"} 0"));
  CHECK(says(text, "zddm_quarantine_total{migration=\"two\"} 0"));
}
