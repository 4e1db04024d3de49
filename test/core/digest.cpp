// SPDX-License-Identifier: BSL-1.0
#include <zddm/core/digest.hpp>

#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "tools/people.hpp"

using zddm::digest_of;
using zddm::digest_of_row;

TEST_CASE("digest: of a value it is the published hash of its binary form") {
  CHECK(digest_of(std::string()) == 0x2d06800538d394c2);
  CHECK(digest_of(std::string("a")) == 0xe6c632b61e964e1f);
  test::new_person const ada{"Ada", 1815};
  CHECK(digest_of(ada) == zddm::hash_bytes(zddm::binary::encode(ada)));
  CHECK(digest_of(ada) != digest_of(test::new_person{"Ada", 1816}));
}

TEST_CASE("digest: a row counts with its key, so that rows cannot swap their values") {
  CHECK(digest_of_row("a", "x") + digest_of_row("b", "y") != digest_of_row("a", "y") + digest_of_row("b", "x"));
  CHECK(digest_of_row("", "") == zddm::hash_bytes("", 0x2d06800538d394c2));
}

TEST_CASE("digest: the sum does not depend on the order, and every row counts") {
  zddm::digester<int, std::string> forth, back, less;
  for (int i = 0; i < 10; ++i) forth.add(i, "v"), back.add(9 - i, "v");
  for (int i = 0; i < 9; ++i) less.add(i, "v");
  auto const last = [] { return 9; };
  CHECK(forth.result(last) == back.result(last));
  CHECK(forth.result(last).rows == 10);
  CHECK(forth.result(last).last == 9);
  CHECK(less.result(last).sum != forth.result(last).sum);
  CHECK(zddm::digester<int, std::string>().result(last) == zddm::range_digest<int>{});
}

TEST_CASE("digest: the bytes that a store keeps give the sum that the decoded row gives") {
  zddm::digester<int, test::new_person> rows, bytes;
  test::new_person const ada{"Ada", 1815};
  rows.add(-7, ada);
  bytes.add_bytes(zddm::ordered_key::encode(-7), zddm::binary::encode(ada));
  CHECK(rows.result([] { return -7; }) == bytes.result([] { return -7; }));
}
