// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/intent.hpp>

#include <doctest/doctest.h>

using zddm::intent;
using zddm::intent_id;
using zddm::intent_record;
using zddm::knowledge;

TEST_CASE("placeholder") { CHECK(intent_record{}.known == knowledge::unknown); }
