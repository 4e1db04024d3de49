// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/error.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <type_traits>

using zddm::classify;
using zddm::classify_current;
using zddm::error_class;

namespace {

struct silent {};

struct knowing {
  static error_class classify(std::exception const& e) {
    return dynamic_cast<std::logic_error const*>(&e) ? error_class::permanent : error_class::transient;
  }
};

struct mumbling {
  static int classify(std::exception const&) { return 0; }
};

template <class Store, class Thrown> error_class class_of(Thrown const& thrown) {
  try {
    throw thrown;
  } catch (...) {
    return classify_current<Store>();
  }
}

} // namespace

TEST_CASE("what begins with the code and the code can be asked for") {
  zddm::error const e(304, "cannot switch");
  CHECK(std::string(e.what()) == "ZD-304: cannot switch");
  CHECK(e.code() == 304);
}

TEST_CASE("each kind of error has its code") {
  CHECK(zddm::store_error(error_class::transient, "busy").code() == 101);
  CHECK(zddm::store_error(error_class::permanent, "damaged", 111).code() == 111);
  CHECK(zddm::unmappable("x").code() == 102);
  CHECK(zddm::lease_lost("x").code() == 103);
  CHECK(zddm::refused("x").code() == 104);
}

TEST_CASE("every error can be caught as error and as runtime_error") {
  CHECK_THROWS_AS(throw zddm::store_error(error_class::transient, "busy"), zddm::error);
  CHECK_THROWS_AS(throw zddm::unmappable("x"), zddm::error);
  CHECK_THROWS_AS(throw zddm::lease_lost("x"), zddm::error);
  CHECK_THROWS_AS(throw zddm::refused("x"), std::runtime_error);
  static_assert(!std::is_base_of_v<zddm::store_error, zddm::unmappable>);
  static_assert(!std::is_base_of_v<zddm::store_error, zddm::lease_lost>);
  static_assert(!std::is_base_of_v<zddm::store_error, zddm::refused>);
}

TEST_CASE("a store_error is of the class it says") {
  for (auto kind : {error_class::transient, error_class::permanent, error_class::unknown_outcome}) {
    CHECK(classify<silent>(zddm::store_error(kind, "x")) == kind);
    CHECK(class_of<silent>(zddm::store_error(kind, "x")) == kind);
  }
}

TEST_CASE("what zddm refused itself was not tried, and will be refused again") {
  CHECK(class_of<silent>(zddm::unmappable("x")) == error_class::permanent);
  CHECK(class_of<silent>(zddm::lease_lost("x")) == error_class::permanent);
  CHECK(class_of<knowing>(zddm::refused("x")) == error_class::permanent);
}

TEST_CASE("a foreign exception promises nothing") {
  CHECK(classify<silent>(std::runtime_error("x")) == error_class::unknown_outcome);
  CHECK(class_of<silent>(std::bad_alloc()) == error_class::unknown_outcome);
  CHECK(class_of<silent>(42) == error_class::unknown_outcome);
  CHECK(class_of<knowing>(42) == error_class::unknown_outcome);
}

TEST_CASE("a store classifies what it throws, but not a store_error") {
  CHECK(classify<knowing>(std::logic_error("x")) == error_class::permanent);
  CHECK(class_of<knowing>(std::runtime_error("x")) == error_class::transient);
  CHECK(classify<knowing>(zddm::store_error(error_class::unknown_outcome, "x")) == error_class::unknown_outcome);
}

TEST_CASE("a classify of the wrong type is not taken") {
  CHECK(classify<mumbling>(std::runtime_error("x")) == error_class::unknown_outcome);
}

TEST_CASE("classes have names") {
  static_assert(to_string(error_class::transient) == "transient");
  static_assert(to_string(error_class::permanent) == "permanent");
  CHECK(to_string(error_class::unknown_outcome) == "unknown_outcome");
}
