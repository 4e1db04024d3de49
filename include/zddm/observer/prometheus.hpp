// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <zddm/core/error.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/event.hpp>

namespace zddm::observer {

/// The metrics of one migration in a registry, which outlives them. Given to the proxies of the migration; several may
/// share it. No label is a key or a value.
class prometheus_metrics {
public:
  prometheus_metrics(::prometheus::Registry& registry, std::string const& migration) {
    auto& seconds = ::prometheus::BuildHistogram().Name("zddm_op_seconds").Help("time of one call of a store").Register(registry);
    auto& total = ::prometheus::BuildCounter().Name("zddm_op_total").Help("calls of the stores").Register(registry);
    auto& answers =
        ::prometheus::BuildCounter().Name("zddm_answered_total").Help("operations, by who answered").Register(registry);
    ::prometheus::Histogram::BucketBoundaries const buckets{1e-6, 4e-6,  16e-6, 64e-6, 256e-6, 1e-3,
                                                            4e-3, 16e-3, 64e-3, 0.25,  1,      4};
    for (auto const side : {event::side::old_store, event::side::new_store})
      for (std::size_t o = 0; o < event::operations; ++o) {
        auto& one = of(side, static_cast<event::operation>(o));
        std::string const store(to_string(side)), op(to_string(static_cast<event::operation>(o)));
        one.seconds = &seconds.Add({{"migration", migration}, {"store", store}, {"op", op}}, buckets);
        for (auto const result : {event::result::ok, event::result::failed})
          one.total[static_cast<std::size_t>(result)] =
              &total.Add({{"migration", migration}, {"store", store}, {"op", op}, {"result", std::string(to_string(result))}});
        one.answered = &answers.Add({{"migration", migration}, {"store", store}, {"op", op}});
      }
    auto const counter = [&](char const* name, char const* help) -> auto& {
      return ::prometheus::BuildCounter().Name(name).Help(help).Register(registry);
    };
    auto& compares = counter("zddm_compare_total", "reads that were compared");
    for (std::size_t c = 0; c < event::comparisons; ++c)
      compared[c] =
          &compares.Add({{"migration", migration}, {"result", std::string(to_string(static_cast<event::comparison>(c)))}});
    auto& fell_back = counter("zddm_fallback_total", "reads that Old answered because New could not");
    for (auto const why : {error_class::transient, error_class::permanent, error_class::unknown_outcome})
      fallbacks[static_cast<std::size_t>(why)] =
          &fell_back.Add({{"migration", migration}, {"reason", std::string(to_string(why))}});
    auto& offered = counter("zddm_fill_total", "values read from Old that were offered to New");
    fills[0] = &offered.Add({{"migration", migration}, {"result", "refused"}});
    fills[1] = &offered.Add({{"migration", migration}, {"result", "applied"}});
    repairs = &counter("zddm_repair_total", "wrong values of New that were replaced").Add({{"migration", migration}});
    quarantines = &counter("zddm_quarantine_total", "times this process had New shut out").Add({{"migration", migration}});
    shed = &counter("zddm_shed_total", "work for New left undone because an executor was full").Add({{"migration", migration}});
  }

private:
  template <class> friend class prometheus_teller;

  struct operation_metrics {
    ::prometheus::Histogram* seconds;
    std::array<::prometheus::Counter*, 2> total;
    ::prometheus::Counter* answered;
  };
  operation_metrics& of(event::side side, event::operation op) {
    return operations[static_cast<std::size_t>(side)][static_cast<std::size_t>(op)];
  }

  std::array<std::array<operation_metrics, event::operations>, 2> operations{};
  std::array<::prometheus::Counter*, event::comparisons> compared{};
  std::array<::prometheus::Counter*, 2> fills{};
  std::array<::prometheus::Counter*, 3> fallbacks{};
  ::prometheus::Counter* repairs;
  ::prometheus::Counter* quarantines;
  ::prometheus::Counter* shed;
};

/// Told by the proxy, tells the metrics.
template <class Model> class prometheus_teller {
public:
  explicit prometheus_teller(prometheus_metrics& m) noexcept : metrics_(&m) {}

  void on(event::call const& c) const {
    auto& one = metrics_->of(c.side, c.operation);
    one.seconds->Observe(std::chrono::duration<double>(c.took).count());
    one.total[static_cast<std::size_t>(c.result)]->Increment();
  }
  void on(event::answered const& a) const { metrics_->of(a.side, a.operation).answered->Increment(); }
  void on(event::fell_back const& f) const { metrics_->fallbacks[static_cast<std::size_t>(f.why)]->Increment(); }
  void on(event::filled const& f) const { metrics_->fills[f.applied]->Increment(); }
  void on(event::compared const& c) const { metrics_->compared[static_cast<std::size_t>(c.result)]->Increment(); }
  void on(event::repaired const& r) const {
    if (r.applied) metrics_->repairs->Increment();
  }
  void on(event::quarantined const&) const { metrics_->quarantines->Increment(); }
  void on(event::shed const&) const { metrics_->shed->Increment(); }

private:
  prometheus_metrics* metrics_;
};

/// Counts and times what happens in the `prometheus_metrics` given to the proxy. Costs two clock calls and a histogram's
/// lock a call of a store.
struct prometheus {
  using axis = zddm::axis::observer;
  template <class Model> using bind = prometheus_teller<Model>;
};

} // namespace zddm::observer
