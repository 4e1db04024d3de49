// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <zddm/backfill/version_filler.hpp>
#include <zddm/cli/environment.hpp>
#include <zddm/cli/subject.hpp>
#include <zddm/core/hash.hpp>
#include <zddm/core/mapping.hpp>
#include <zddm/core/store.hpp>
#include <zddm/core/text.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lifecycle/migration.hpp>
#include <zddm/verify/look_at.hpp>
#include <zddm/verify/lookup.hpp>
#include <zddm/verify/merge.hpp>
#include <zddm/verify/version_repair.hpp>

namespace zddm::cli {

namespace detail {

template <class Old, class New> consteval void check_stores() {
  static_assert(std::same_as<key_of<Old>, key_of<New>> && std::same_as<value_of<Old>, value_of<New>>,
                "zddm: old_store() and new_store() hold different keys or values. Return Old in New's shape: "
                "zddm::mapped<Old, Mapping>");
  static_assert(scannable_store<Old> && scannable_store<New>,
                "zddm: zd copies and compares by scans: both stores need scan, split_points and size");
  static_assert(intent_store<New>,
                "zddm: zd fills New beside running processes, which takes an intent_store (look, begin, end, fill, …)");
}

} // namespace detail

/// The commands' view of the migration `M`, which is made when it is first needed.
template <lifecycle::migration M> class subject_of final : public subject {
  static constexpr bool stores = lifecycle::store_migration<M>;
  static_assert(stores || lifecycle::stepwise_migration<M>,
                "zddm: a migration needs old_store() and new_store(), or a step of its own: void migrate()");
  static_assert(std::default_initializable<M> || std::constructible_from<M, environment const&>,
                "zddm: zd makes a migration without arguments or from a zddm::cli::environment const&");

public:
  explicit subject_of(environment const& env) : env_(env) {
    if constexpr (stores) detail::check_stores<old_type, new_type>();
  }
  /// Borrows a migration that is made already.
  subject_of(environment const& env, M& made) : subject_of(env) { m_ = &made; }

  std::string_view name() const override { return M::name; }
  std::vector<std::string_view> depends_on() const override {
    std::vector<std::string_view> names;
    lifecycle::for_each_dependency<M>([&](std::string_view one) { names.push_back(one); });
    return names;
  }
  std::string_view from() const override {
    if constexpr (requires { std::string_view(M::from); })
      return M::from;
    else
      return {};
  }
  std::string_view to() const override {
    if constexpr (requires { std::string_view(M::to); })
      return M::to;
    else
      return {};
  }
  threshold reach() const override {
    if constexpr (requires { M::proxy_type::reach; })
      return M::proxy_type::reach;
    else
      return threshold::open();
  }
  lifecycle::thresholds thresholds() const override {
    if constexpr (requires { M::thresholds; })
      return M::thresholds;
    else
      return {};
  }
  std::string_view one_way() const override {
    if constexpr (stores)
      return rollback_refusal<old_type>;
    else
      return {};
  }
  bool between_stores() const override { return stores; }
  std::optional<promise> promised() const override {
    if constexpr (requires { M::proxy_type::is_fixed; })
      return promise_of<typename M::proxy_type>;
    else
      return std::nullopt;
  }

  void open() override {
    if (m_) return;
    if constexpr (std::constructible_from<M, environment const&>)
      own_ = std::make_unique<M>(env_);
    else
      own_ = std::make_unique<M>();
    m_ = own_.get();
  }

  store_facts about_old() override {
    if constexpr (stores) return looked_at(from_store());
    return {};
  }
  store_facts about_new() override {
    if constexpr (stores) return looked_at(to_store());
    return {};
  }
  key_facts explain(std::string const& key, lifecycle::settings const& now) override {
    key_facts facts;
    if constexpr (stores) {
      auto const k = key_from<key_of<new_type>>(key);
      facts.bucket = hash(k, seed_of(name()));
      if constexpr (requires { typename M::proxy_type::gate_type; })
        facts.admitted = admitted_by<typename M::proxy_type::gate_type>(k, facts.bucket, now);
      look_up<versions>(from_store(), to_store(), k, facts);
    }
    return facts;
  }

  void prepare() override {
    if constexpr (requires(M& m) { m.prepare(); }) made().prepare();
    if constexpr (versions && requires(M& m) { m.old_store().create_records(); }) from_store().create_records();
    if constexpr (stores) to_store().create_records();
  }
  std::uint64_t rows_in_new() override {
    if constexpr (stores)
      return to_store().size();
    else
      return 0;
  }
  void clear_new() override {
    if constexpr (stores) to_store().clear();
  }
  void migrate() override {
    if constexpr (!stores) made().migrate();
  }
  void destroy() override {
    if constexpr (requires(M& m) { m.destroy(); }) made().destroy();
    if constexpr (stores) to_store().drop_records();
  }
  void distrust(std::string const& key) override {
    if constexpr (stores) {
      auto const k = text::decode<key_of<new_type>>(key);
      if constexpr (versions) {
        // Where Old's version cannot be read, New can only forget what it has.
        auto held = to_store().get_versioned(k).version;
        try {
          held = from_store().get_versioned(k).version;
          if (held.counter > 0) --held.counter;
        } catch (unmappable const&) {
        }
        to_store().erase_if_newer(k, forgotten_version(held.counter));
      } else if (auto const begun = to_store().begin(k, next_intent_()))
        to_store().release(k, *begun);
    }
  }

  backfill::result copy(shared_state& state, backfill::options const& how) override {
    if constexpr (versions) {
      backfill::version_filler filler(from_store(), to_store());
      return backfill::run(from_store(), filler, state, name(), how);
    } else if constexpr (stores)
      return backfill::run(from_store(), to_store(), state, name(), how);
    else
      return {};
  }
  verify::report compare(verify::options const& how) override {
    if constexpr (stores)
      return verify::run(from_store(), to_store(), how, zddm::detail::any_sink{}, way{});
    else
      return {};
  }
  verify::report heal(verify::options const& how, verify::repair_options const& mending, verify::repairs& done) override {
    if constexpr (stores) {
      repair_type repair(from_store(), to_store(), mending);
      auto report = verify::run(from_store(), to_store(), how, [&](auto const& wrong) { return repair(wrong.key); }, way{});
      done = repair.done();
      return report;
    } else
      return {};
  }
  std::uint64_t free_marks(std::function<bool(intent_id)> const& abandoned, std::stop_token const& stop) override {
    std::uint64_t freed = 0;
    if constexpr (stores) {
      constexpr std::size_t page = 1000;
      std::vector<std::pair<key_of<new_type>, intent_record>> records;
      std::optional<key_of<new_type>> after;
      for (std::size_t visited = page; visited == page && !stop.stop_requested();) {
        records.clear();
        visited = to_store().records(after, page, [&](auto const& k, intent_record const& r) { records.emplace_back(k, r); });
        if (!records.empty()) after = records.back().first;
        for (auto const& [key, record] : records)
          if (record.marked())
            for (auto const& id : record.pending)
              if (abandoned(id)) {
                to_store().release(key, intent{id});
                ++freed;
              }
      }
    }
    return freed;
  }
  void seal() override {
    if constexpr (stores && !versions) to_store().seal();
  }
  verify::drained drain(std::function<bool(intent_id)> const& abandoned, std::stop_token const& stop) override {
    if constexpr (versions) { // nothing lists the keys that New was made to forget
      repair_type repair(from_store(), to_store());
      auto const heal = [&](verify::kind what, key_of<new_type> const& key) {
        if (what != verify::kind::missing) return;
        auto const seen = way{}.look(from_store(), to_store(), key);
        if (seen.behind || seen.unknown) repair(key); // else New knows that the key was erased, by a later version than Old's
      };
      auto const keyless = [](auto const&) {};
      if constexpr (ordered_like_new<old_type> && ordered_like_new<new_type>)
        verify::merge(from_store(), to_store(), {.stop = stop}, heal, keyless);
      else
        verify::lookup(from_store(), to_store(), {.stop = stop}, heal, keyless);
      return {repair.done().healed, 0, repair.done().in_flight + repair.done().left};
    } else if constexpr (stores)
      return verify::drain(from_store(), to_store(), abandoned, 1000, stop);
    else
      return {};
  }

private:
  static auto old_type_of() {
    if constexpr (stores)
      return std::type_identity<std::remove_reference_t<decltype(std::declval<M&>().old_store())>>{};
    else
      return std::type_identity<void>{};
  }
  static auto new_type_of() {
    if constexpr (stores)
      return std::type_identity<std::remove_reference_t<decltype(std::declval<M&>().new_store())>>{};
    else
      return std::type_identity<void>{};
  }
  using old_type = typename decltype(old_type_of())::type;
  using new_type = typename decltype(new_type_of())::type;

  /// Both stores keep versions, and no intents.
  static constexpr bool versions = stores && requires { requires M::proxy_type::consistency_type::keeps_versions; };
  static auto mended_by() {
    if constexpr (versions)
      return std::type_identity<std::pair<verify::by_versions, verify::version_repair<old_type, new_type>>>{};
    else if constexpr (stores)
      return std::type_identity<std::pair<verify::by_intents, verify::repair<old_type, new_type>>>{};
    else
      return std::type_identity<std::pair<void*, void*>>{};
  }
  using way = typename decltype(mended_by())::type::first_type;
  using repair_type = typename decltype(mended_by())::type::second_type;

  /// From the form in which keys are shown; a text may go without its quotes.
  template <class Key> static Key key_from(std::string const& shown) {
    if constexpr (std::same_as<Key, std::string>)
      if (!shown.starts_with('"')) return shown;
    return text::decode<Key>(shown);
  }
  template <class S> static store_facts looked_at(S&& store) {
    scan_with_refusals(store, {}, 1, [](auto const&...) {}, [](auto const&) {});
    return facts_of(store);
  }

  M& made() {
    open();
    return *m_;
  }
  decltype(auto) from_store() { return (made().old_store()); }
  decltype(auto) to_store() { return (made().new_store()); }

  environment const& env_;
  std::unique_ptr<M> own_;
  M* m_ = nullptr;
  std::function<intent_id()> next_intent_ = verify::repair_intents();
};

} // namespace zddm::cli
