// SPDX-License-Identifier: BSL-1.0
#include <zddm/policy/part.hpp>

#include <string>
#include <type_traits>

#include <doctest/doctest.h>

namespace {

struct sink {
  int told = 0;
};
struct dial {
  int rate = 7;
};

struct stateless {};
struct counting {
  counting(sink& s) : to(&s) {}
  sink* to;
};
struct defaulted {
  defaulted() = default;
  defaulted(dial& d) : rate(d.rate) {}
  int rate = -1;
};
struct nested {
  template <class... Parts> nested(Parts&... parts) : first(parts...), second(parts...) {}
  zddm::part<counting> first;
  zddm::part<defaulted> second;
};

} // namespace

TEST_CASE("policy part: a policy without state needs nothing and ignores what there is") {
  sink s;
  std::string other;
  CHECK(std::is_empty_v<zddm::part<stateless>>);
  CHECK(std::is_constructible_v<zddm::part<stateless>>);
  CHECK(std::is_constructible_v<zddm::part<stateless>, sink&, std::string&>);
}

TEST_CASE("policy part: the first running part that a policy takes is its own, wherever it stands") {
  sink s, later;
  dial d;
  CHECK(zddm::part<counting>(s, d).to == &s);
  CHECK(zddm::part<counting>(d, s).to == &s);
  CHECK(zddm::part<counting>(d, s, later).to == &s);
}

TEST_CASE("policy part: a policy that can do without is made without") {
  sink s;
  dial d;
  CHECK(zddm::part<defaulted>().rate == -1);
  CHECK(zddm::part<defaulted>(s).rate == -1);
  CHECK(zddm::part<defaulted>(s, d).rate == 7);
}

TEST_CASE("policy part: a policy that nests others is given every running part") {
  sink s;
  dial d;
  zddm::part<nested> const both(d, s);
  CHECK(both.first.to == &s);
  CHECK(both.second.rate == 7);
  zddm::part<nested> const one(s);
  CHECK(one.first.to == &s);
  CHECK(one.second.rate == -1);
}
