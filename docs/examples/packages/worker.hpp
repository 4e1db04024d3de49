// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "journal.hpp"
#include "package.hpp"

/// What the services know of before they begin.
struct catalogue {
  universe names;
  std::vector<package> first; ///< what the index says, in New's shape

  /// Of the packages of an index, by name, and of some that it does not have.
  template <class Packages> static catalogue of(Packages const& index) {
    catalogue c;
    for (auto const& [name, p] : index) {
      c.names.push_back(name);
      c.first.push_back(split_fields::to_new(p));
    }
    for (int i = 0; i < 200; ++i) {
      c.names.push_back("zz-new-" + std::to_string(i));
      c.first.emplace_back();
    }
    return c;
  }
};

/// One thread of a service: reads, writes, erases and counts packages one after the other, and notes what it was told.
template <class Packages> class worker {
public:
  /// Its writes carry revisions from `first_revision` on, which no other worker uses.
  worker(Packages& packages, catalogue const& c, journal& told, std::int64_t first_revision, unsigned seed)
      : packages_(packages), catalogue_(c), told_(told), revision_(first_revision), random_(seed), shuffled_(c.names.size()) {
    for (std::uint32_t i = 0; i < shuffled_.size(); ++i) shuffled_[i] = i;
    std::shuffle(shuffled_.begin(), shuffled_.end(), std::mt19937_64(7));
  }

  /// One operation; `complain(exception)` hears why it failed.
  template <class Complain> void operator()(Complain&& complain) {
    auto const name = shuffled_[pick()];
    auto const& key = catalogue_.names[name];
    auto const dice = random_() % 1000;
    observed o{now(), 0, observed::absent, name, observed::reads, false};
    try {
      if (dice >= 100) {
        if (auto const p = packages_.read(key)) o.revision = p->revision;
      } else if (counted(name)) {
        o.what = observed::updates;
        told_.begin(o);
        auto const p = packages_.update(key, [&](std::optional<package> const& is) {
          auto next = is.value_or(catalogue_.first[name]);
          ++next.revision;
          return std::optional(next);
        });
        o.revision = p->revision;
      } else if (dice >= 20) {
        o.what = observed::writes;
        o.revision = revision_++;
        told_.begin(o);
        packages_.write(key, revised(catalogue_.first[name], o.revision));
      } else {
        o.what = observed::erases;
        told_.begin(o);
        packages_.erase(key);
      }
    } catch (std::exception const& e) {
      o.failed = true;
      complain(e);
    }
    o.returned = now();
    told_.add(o);
  }

private:
  /// A few packages are asked for most of the time.
  std::uint32_t pick() {
    auto const names = static_cast<double>(shuffled_.size());
    double const u = std::generate_canonical<double, 32>(random_);
    return static_cast<std::uint32_t>(std::min(names - 1, std::pow(u, 4) * names));
  }

  Packages& packages_;
  catalogue const& catalogue_;
  journal& told_;
  std::int64_t revision_;
  std::mt19937_64 random_;
  std::vector<std::uint32_t> shuffled_;
};
