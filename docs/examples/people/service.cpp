// SPDX-License-Identifier: BSL-1.0
// One process of the application: names people of its own, reads those of the others, until it is told to end (SIGTERM).
// The people are in the file $PEOPLE_DB, the migration's state in the file $PEOPLE_STATE. Ends with 1 if anybody ever had
// another name than the one that was given.
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <zddm/cli/environment.hpp>
#include <zddm/lifecycle/member.hpp>
#include <zddm/sqlite/state_store.hpp>

#include "merge_first_and_last_name.hpp"
#include "person.hpp"

namespace {

std::sig_atomic_t volatile told_to_end = 0;
int warnings = 0;

struct mine {
  std::int64_t id;
  names given;
};

/// The number at the end of a name, such as 12 of "Ann12".
long number(std::string const& name) {
  auto const digits = name.find_last_not_of("0123456789") + 1;
  return digits < name.size() ? std::stol(name.substr(digits)) : -1;
}

} // namespace

int main() try {
  std::signal(SIGTERM, [](int) { told_to_end = 1; });
  zddm::lifecycle::send_warnings_to([](zddm::lifecycle::warning const& w) {
    ++warnings;
    zddm::lifecycle::warn_on_stderr(w);
  });

  zddm::cli::environment const env;
  zddm::sqlite::state_store state(env.get("PEOPLE_STATE", "people_state.db"));
  zddm::lifecycle::handle merge{std::string(merge_first_and_last_name::name)};
  zddm::lifecycle::member membership(state, merge);
  awesome_db db(env.get("PEOPLE_DB", "people.db"));

  std::array<mine, 5> own;
  for (auto& m : own) {
    m.id = db.add();
    m.given = split("Ann0 de la Cruz 0");
    person(db, m.id, merge).set_name("Ann0 de la Cruz 0");
  }
  std::map<std::int64_t, std::pair<long, long>> met;
  long round = 0, broken = 0;
  while (told_to_end == 0) {
    auto& m = own[static_cast<std::size_t>(++round) % own.size()];
    person me(db, m.id, merge);
    auto const n = std::to_string(round);
    switch (round % 3) {
    case 0: me.set_first_name(m.given.first = "Ann" + n); break;
    case 1: me.set_last_name(m.given.last = "de la Cruz " + n); break;
    default: m.given = {"Bo" + n, "Li " + n}; me.set_name(join(m.given));
    }
    for (auto const& other : own) {
      person const who(db, other.id, merge);
      broken += who.name() != join(other.given) || who.first_name() != other.given.first || who.last_name() != other.given.last;
    }
    // Who is named by another process may have any name, but never one from before the one we met.
    for (auto const id : db.all()) {
      auto const now = split(person(db, id, merge).name());
      auto& last = met.try_emplace(id, -1, -1).first->second;
      auto const first_number = number(now.first), last_number = number(now.last);
      broken += first_number < last.first || last_number < last.second;
      last = {std::max(first_number, last.first), std::max(last_number, last.second)};
    }
    if (round % 20 == 0) std::cout << "round " << round << ", " << to_string(merge.current().at) << std::endl;
  }
  std::cout << "rounds=" << round << " broken=" << broken << " warnings=" << warnings << std::endl;
  return broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (std::exception const& e) {
  std::cerr << "service: " << e.what() << '\n';
  return 2;
}
