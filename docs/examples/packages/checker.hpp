// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "journal.hpp"

/// What a run did wrong, judged by what its processes were told. Each number has to be 0.
struct judgement {
  std::size_t operations = 0;
  std::size_t failed = 0;      ///< operations that ended with an error
  std::size_t stale = 0;       ///< reads of a value that an acknowledged write had replaced before the read began
  std::size_t resurrected = 0; ///< the same, where an erase had
  std::size_t lost = 0;        ///< acknowledged writes and counts that the end does not show
  std::size_t mismatches = 0;  ///< packages of the end that are not, field by field, what was written last
  std::vector<std::string> examples;
};

/// Judges one package after the other. `first` is what each was before the run, nothing for those that were not there.
class checker {
public:
  checker(universe const& names, std::vector<std::optional<package>> const& first, std::map<std::string, package> const& last)
      : names_(names), first_(first), last_(last) {}

  judgement judge(std::vector<observed> const& all) {
    std::vector<std::vector<observed>> by_name(names_.size());
    for (auto const& o : all) {
      by_name.at(o.name).push_back(o);
      ++result_.operations;
    }
    std::size_t known = 0;
    for (std::uint32_t name = 0; name < names_.size(); ++name) {
      known += last_.count(names_[name]);
      if (counted(name))
        judge_counted(name, by_name[name]);
      else
        judge_written(name, by_name[name]);
    }
    result_.mismatches += last_.size() - known;
    for (auto const& o : all)
      if (o.failed) complain(result_.failed, o.name, "an operation failed");
    return std::move(result_);
  }

private:
  void complain(std::size_t& count, std::uint32_t name, std::string const& what) {
    ++count;
    if (result_.examples.size() < 10) result_.examples.push_back(names_[name] + ": " + what);
  }

  package const* last(std::uint32_t name) const {
    auto const it = last_.find(names_[name]);
    return it == last_.end() ? nullptr : &it->second;
  }

  /// A change of a package; one that failed may have happened at any later time.
  struct change {
    std::uint64_t called;
    std::uint64_t returned;
    std::int64_t revision;
    bool erase;
  };

  void judge_written(std::uint32_t name, std::vector<observed> const& history) {
    constexpr auto never = ~std::uint64_t{0};
    std::vector<change> changes{{0, 0, first_[name] ? first_[name]->revision : observed::absent, !first_[name]}};
    for (auto const& o : history)
      if (o.what == observed::writes || o.what == observed::erases)
        changes.push_back({o.called, o.failed ? never : o.returned, o.what == observed::writes ? o.revision : observed::absent,
                           o.what == observed::erases});
    std::sort(changes.begin(), changes.end(), [](auto const& a, auto const& b) { return a.returned < b.returned; });
    // Of the changes that had ended by some time, the one that began last: whatever ended before it began is gone.
    std::vector<change const*> newest;
    for (auto const& c : changes) newest.push_back(newest.empty() || c.called > newest.back()->called ? &c : newest.back());
    auto const newest_before = [&](std::uint64_t time) {
      auto const it =
          std::lower_bound(changes.begin(), changes.end(), time, [](auto const& c, auto t) { return c.returned < t; });
      return newest[static_cast<std::size_t>(std::max<std::ptrdiff_t>(it - changes.begin(), 1) - 1)];
    };
    std::multimap<std::int64_t, change const*> by_revision;
    for (auto const& c : changes) by_revision.emplace(c.revision, &c);
    auto const possible = [&](std::int64_t revision, std::uint64_t called, std::uint64_t returned) {
      auto const replaced_by = newest_before(called);
      auto const [from, to] = by_revision.equal_range(revision);
      return std::any_of(
          from, to, [&](auto const& e) { return e.second->called <= returned && e.second->returned >= replaced_by->called; });
    };
    for (auto const& o : history)
      if (o.what == observed::reads && !o.failed && !possible(o.revision, o.called, o.returned)) {
        if (newest_before(o.called)->erase)
          complain(result_.resurrected, name, "a read returned revision " + std::to_string(o.revision) + " after it was erased");
        else
          complain(result_.stale, name, "a read returned revision " + std::to_string(o.revision) + " after it was replaced");
      }
    auto const* const at_last = last(name);
    if (!possible(at_last ? at_last->revision : observed::absent, never - 1, never - 1))
      return complain(result_.lost, name, "its last acknowledged change is not in the new store");
    if (!at_last) return;
    auto const base = first_[name].value_or(package{});
    auto const expected = at_last->revision == base.revision && first_[name] ? base : revised(base, at_last->revision);
    if (*at_last != expected) complain(result_.mismatches, name, "differs in some field from what was written");
  }

  void judge_counted(std::uint32_t name, std::vector<observed> const& history) {
    std::vector<std::uint64_t> begun, ended;
    std::set<std::int64_t> counts;
    for (auto const& o : history)
      if (o.what == observed::updates) {
        begun.push_back(o.called);
        if (o.failed) continue;
        ended.push_back(o.returned);
        if (!counts.insert(o.revision).second) complain(result_.lost, name, "two updates left the same count");
      }
    std::sort(begun.begin(), begun.end());
    std::sort(ended.begin(), ended.end());
    auto const before = [](std::vector<std::uint64_t> const& times, std::uint64_t t) {
      return std::lower_bound(times.begin(), times.end(), t) - times.begin();
    };
    for (auto const& o : history)
      if (o.what == observed::reads && !o.failed) {
        auto const count = std::max<std::int64_t>(o.revision, 0);
        if (count < before(ended, o.called)) complain(result_.stale, name, "a read returned an earlier count");
        if (count > before(begun, o.returned)) complain(result_.mismatches, name, "a read returned a count that nobody made");
      }
    auto const* const at_last = last(name);
    auto const count = at_last ? at_last->revision : 0;
    if (count < static_cast<std::int64_t>(ended.size())) complain(result_.lost, name, "counts are missing");
    auto expected = first_[name].value_or(package{});
    expected.revision = count;
    if (at_last ? *at_last != expected : first_[name].has_value())
      complain(result_.mismatches, name, "differs in some field from what was counted");
  }

  universe const& names_;
  std::vector<std::optional<package>> const& first_;
  std::map<std::string, package> const& last_;
  judgement result_;
};
