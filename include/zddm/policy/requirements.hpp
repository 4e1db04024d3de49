// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>

#include <zddm/core/error.hpp>
#include <zddm/core/hazard.hpp>
#include <zddm/core/threshold.hpp>
#include <zddm/lifecycle/sound.hpp>
#include <zddm/policy/attempt.hpp>
#include <zddm/policy/axis.hpp>
#include <zddm/policy/executor.hpp>

/// What a policy of each axis has to have, in small concepts so that a missing member is named. `B` is the bound policy,
/// `P::bind<Model>`; it is checked against archetypes, before any store exists.
namespace zddm {

namespace archetype {
/// What a gate is asked about.
template <class Model> struct question {
  typename Model::key_type const& key;
  std::uint64_t bucket() const { return 0; }
  threshold rate() const { return {}; }
};
/// A call of New, as a failure policy is given it.
struct call {
  static constexpr bool repeatable = true; ///< may be made again after an unknown outcome, and may end after its caller went on
  int operator()() const { return 0; }
  error_class error() const { return error_class::permanent; } ///< of what it has just thrown, inside a handler
  bool required() const { return false; }                      ///< the row requires New
  std::uint64_t bucket() const { return 0; }
  std::function<int()> detached() const { return *this; } ///< the same call for another thread, where `repeatable`
};
/// A part of an operation, as a cache policy is given it.
struct part {
  int operator()() const { return 0; }
  std::uint64_t bucket() const { return 0; }
  task later() const { return {}; }           ///< the same off the caller's path
  static constexpr int queued() { return 0; } ///< what a deferred write returns
  void shed() const {}                        ///< neither done nor deferred
};
/// A store that can do nothing.
struct store {};
} // namespace archetype

template <class P, class Model>
concept bindable = requires { typename P::template bind<Model>; };

template <class B, class Model>
concept admits_keys = requires(B const& gate, archetype::question<Model> const& q) {
  { gate.admits(q) } -> std::convertible_to<bool>;
};
template <class B>
concept routes_misses = requires(B& cache, archetype::part const& fill) { cache.on_miss(fill); };
template <class B>
concept routes_writes = requires(B& cache, archetype::part const& apply) {
  { cache.on_write(apply) } -> std::same_as<int>;
  { B::carries_value } -> std::convertible_to<bool>;
};
/// Old answers as long as it is complete, and New is read off the caller's path.
template <class B>
concept shadows_reads = requires(B& cache, archetype::part const& read) { cache.on_read(read); };
template <class B>
concept ends_calls = requires(B& failure, archetype::call const& c) {
  { failure.on_new(c) } -> std::same_as<attempt<int>>;
};
/// Keeps every failure of New from callers as long as New is not required.
template <class B> inline constexpr bool shields_callers = false;
template <class B>
  requires requires { B::shields; }
inline constexpr bool shields_callers<B> = B::shields;
/// May let a call of New end after its caller has gone on.
template <class P> inline constexpr bool detaches_calls = false;
template <class P>
  requires requires { P::detaches; }
inline constexpr bool detaches_calls<P> = P::detaches;
/// Says once that New shall be shut out.
template <class B>
concept trips = requires(B& failure) {
  { failure.tripped() } -> std::same_as<bool>;
};
/// The hazards that a consistency policy closes between these stores; one that says nothing closes none.
template <class B, class Old, class New> inline constexpr hazards closed_by_policy{};
template <class B, class Old, class New>
  requires requires { B::template closes<Old, New>; }
inline constexpr hazards closed_by_policy<B, Old, New> = B::template closes<Old, New>;
/// What the policy needs Old to be able to do, where it says so.
template <class B, class Old> inline constexpr bool serves_old_store = true;
template <class B, class Old>
  requires requires { B::template serves_old<Old>; }
inline constexpr bool serves_old_store<B, Old> = B::template serves_old<Old>;
/// Wants every write, those too that go to Old alone.
template <class B> inline constexpr bool takes_every_write = false;
template <class B>
  requires requires { B::takes_every_write; }
inline constexpr bool takes_every_write<B> = B::takes_every_write;
/// Does a read-modify-write by itself, in steps that Old, and once it is the authority New, can take.
template <class B, class Old, class New> inline constexpr bool updates_by_itself = false;
template <class B, class Old, class New>
  requires requires { B::template updates<Old, New>; }
inline constexpr bool updates_by_itself<B, Old, New> = B::template updates<Old, New>;
/// Lets New's part of a write be done after the write has returned.
template <class B> inline constexpr bool defers_writes = false;
template <class B>
  requires requires { B::defers_writes; }
inline constexpr bool defers_writes<B> = B::defers_writes;
/// A key whose write is deferred is one that asks Old.
template <class B> inline constexpr bool bears_deferred_writes = true;
template <class B>
  requires requires { B::deferred_writes; }
inline constexpr bool bears_deferred_writes<B> = B::deferred_writes;
/// A call of New that ends late does no harm.
template <class B> inline constexpr bool bears_late_calls = false;
template <class B>
  requires requires { B::late_calls; }
inline constexpr bool bears_late_calls<B> = B::late_calls;
template <class B>
concept keeps_agreement = requires {
  { B::many_processes } -> std::convertible_to<bool>;
  { B::template serves<archetype::store> } -> std::convertible_to<bool>;
};
template <class P>
concept pins_the_row = requires { P::at; };
template <class B>
concept knows_the_row = requires(B const& lifecycle) {
  { B::many_processes } -> std::convertible_to<bool>;
  lifecycle.enter().now();
  lifecycle.migration();
  { lifecycle.may_act() } -> std::convertible_to<bool>;
};
/// Leads a life of its own, `P::life`, with routes and moves like `lifecycle::life`; else that one.
template <class P> struct life_of {
  using type = lifecycle::life;
};
template <class P>
  requires requires { typename P::life; }
struct life_of<P> {
  using type = typename P::life;
};

/// An observer is told of the events it has an `on` for, and of no others.
template <class B, class Event>
concept hears = requires(B& observer, Event const& e) { observer.on(e); };

} // namespace zddm
