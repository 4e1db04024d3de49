// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/archetype.hpp>

#include <array>
#include <concepts>

#include <doctest/doctest.h>

namespace archetype = zddm::archetype;

namespace {

/// One bit for each concept the store models.
template <class S> constexpr unsigned models() {
  constexpr std::array answers{zddm::store<S>,           zddm::lending_store<S>,    zddm::insertable_store<S>,
                               zddm::updatable_store<S>, zddm::versioned_store<S>,  zddm::conditional_store<S>,
                               zddm::intent_store<S>,    zddm::journaling_store<S>, zddm::scannable_store<S>,
                               zddm::batch_store<S>,     zddm::expiring_store<S>,   zddm::strided_store<S>};
  unsigned bits = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) bits |= unsigned{answers[i]} << i;
  return bits;
}
constexpr unsigned only(unsigned nth) { return 1u | 1u << nth; }

} // namespace

TEST_CASE("each archetype models its concept and no other") {
  CHECK((models<archetype::plain_store>() == 1));
  CHECK((models<archetype::lending_store>() == only(1)));
  CHECK((models<archetype::insertable_store>() == only(2)));
  CHECK((models<archetype::updatable_store>() == only(3)));
  CHECK((models<archetype::versioned_store>() == only(4)));
  CHECK((models<archetype::conditional_store>() == (only(4) | only(5))));
  CHECK((models<archetype::intent_store>() == only(6)));
  CHECK((models<archetype::journaling_store>() == only(7)));
  CHECK((models<archetype::scannable_store>() == only(8)));
  CHECK((models<archetype::strided_store>() == (only(8) | only(11))));
  CHECK((models<archetype::batch_store>() == only(9)));
  CHECK((models<archetype::expiring_store>() == only(10)));
}

TEST_CASE("keys, values and the clock of a model offer no more than they must") {
  using model = zddm::model_archetype;
  CHECK((zddm::clock<model::clock_type>));
  CHECK((std::regular<model::key_type> && !std::totally_ordered<model::key_type>));
  CHECK((std::regular<model::value_type> && !std::totally_ordered<model::value_type>));
  CHECK((!std::convertible_to<model::key_type, model::value_type> && !std::same_as<model::key_type, model::value_type>));
}
