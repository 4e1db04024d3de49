// SPDX-License-Identifier: BSL-1.0
// Walks the migration through every state and back, and checks that a person keeps its contract at every row.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <zddm/lifecycle/transition.hpp>

#include "merge_first_and_last_name.hpp"
#include "person.hpp"
#include "person_after.hpp"
#include "person_before.hpp"

using zddm::lifecycle::row;
using zddm::lifecycle::settings;
using zddm::lifecycle::step;

namespace {

struct file {
  std::filesystem::path const path;
  file() : path(std::filesystem::temp_directory_path() / ("zddm_people_" + std::to_string(::getpid()) + ".db")) { remove(); }
  ~file() { remove(); }
  file(file const&) = delete;
  file& operator=(file const&) = delete;

private:
  void remove() const {
    for (auto const* end : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + end);
  }
};

zddm::sqlite::options quick() {
  zddm::sqlite::options o;
  o.synchronous = zddm::sqlite::synchronous::off;
  return o;
}

/// What one running copy of the application has: its own connection, and its own view of the migration.
struct process {
  awesome_db db;
  zddm::lifecycle::handle merge;

  explicit process(file const& f, row at = row::unrun)
      : db(f.path, quick()), merge(std::string(merge_first_and_last_name::name), at_row(at)) {}

  static settings at_row(row r) {
    settings s;
    s.at = r;
    return s;
  }
  ::person person(std::int64_t id) { return {db, id, merge}; }
};

/// The operator: moves all processes through the rows of a step, one row and one process after the other, and runs the
/// migration's own part of the step where it belongs. `see` is called whenever some process has moved.
struct fleet {
  std::vector<process*> all;
  std::filesystem::path path;
  std::function<void()> see;

  row at() const { return all.front()->merge.current().at; }

  void take(step asked) {
    merge_first_and_last_name steps(path);
    if (asked == step::prepare) steps.prepare();
    while (auto const next = next_settings(asked, all.front()->merge.current(), zddm::threshold::open())) {
      for (auto* p : all) {
        p->merge.publish(*next);
        see();
      }
      if (next->at == row::migrating) steps.migrate();
    }
    if (asked == step::destroy) steps.destroy();
  }
};

/// What everybody was named last, and by whom it is read: what was set is what each process reads, and the name is the first
/// and the last name.
class promises {
public:
  explicit promises(std::vector<process*> all) : all_(std::move(all)) {}

  void add(std::int64_t id, names n) { given_.emplace_back(id, std::move(n)); }

  bool hold() const {
    return std::ranges::all_of(given_, [&](auto const& g) {
      return std::ranges::all_of(all_, [&](auto* p) {
        auto const who = p->person(g.first);
        return who.first_name() == g.second.first && who.last_name() == g.second.last && who.name() == join(g.second);
      });
    });
  }

  /// New people, named by each process and then renamed by each member in each process, and some of those known already
  /// renamed. Nobody is renamed again at once, so that what this row wrote meets the next ones.
  void go_on() {
    for (auto* p : all_)
      for (std::size_t member = 0; member < 3; ++member)
        for (auto* q : all_) {
          given_.emplace_back(p->db.add(), names{});
          rename(*p, given_.back(), 2);
          rename(*q, given_.back(), member);
        }
    ++stage_;
    for (std::size_t i = 0; i < given_.size(); ++i)
      if ((i + stage_) % 31 == 0) rename(*all_[i / 31 % all_.size()], given_[i], i % 3);
  }

private:
  void rename(process& by, std::pair<std::int64_t, names>& g, std::size_t member) {
    auto const n = std::to_string(++names_);
    auto who = by.person(g.first);
    switch (member) {
    case 0: who.set_first_name(g.second.first = "Ann" + n); break;
    case 1: who.set_last_name(g.second.last = "de la Cruz " + n); break;
    default: who.set_name("  Bo" + n + " Li   Wu "); g.second = {"Bo" + n, "Li Wu"};
    }
  }

  std::vector<process*> all_;
  std::vector<std::pair<std::int64_t, names>> given_;
  std::size_t stage_ = 0;
  std::size_t names_ = 0;
};

std::atomic<int> warnings{0};

struct counting {
  zddm::lifecycle::warning_sink before = zddm::lifecycle::send_warnings_to([](zddm::lifecycle::warning const&) { ++warnings; });
  counting() { warnings = 0; }
  ~counting() { zddm::lifecycle::send_warnings_to(before); }
};

} // namespace

TEST_CASE("every member keeps its contract at every row, forwards and back, also with processes one row apart") {
  counting const ears;
  file const f;
  process a(f), b(f);
  auto const id = a.db.add(), untouched = a.db.add();
  before::person(a.db, id).set_name("Grace Brewster Murray Hopper");
  before::person(a.db, untouched).set_name("Ada King");

  promises all({&a, &b});
  all.add(id, {"Grace", "Brewster Murray Hopper"});
  all.add(untouched, {"Ada", "King"});
  std::vector<row> seen;
  fleet both{{&a, &b}, f.path, [&] {
               seen.push_back(a.merge.current().at);
               if (seen.back() == row::destroyed) return;
               INFO("rows " << to_string(a.merge.current().at) << " and " << to_string(b.merge.current().at));
               CHECK(all.hold());
               all.go_on();
               CHECK(all.hold());
             }};
  both.see();
  auto const walk = [&](std::initializer_list<step> steps, row end) {
    for (auto const s : steps) both.take(s);
    CHECK(a.merge.current().at == end);
    CHECK(b.merge.current().at == end);
  };

  walk({step::prepare, step::roll_back}, row::unrun);
  walk({step::prepare, step::migrate, step::roll_back}, row::unrun);
  walk({step::prepare, step::migrate, step::cut_over, step::roll_back}, row::unrun);
  CHECK(warnings == 0);
  walk({step::prepare, step::migrate, step::cut_over, step::switch_off, step::cut_over, step::complete}, row::completed);

  auto const last = a.person(id).name();
  after::person stripped(a.db, id);
  CHECK(stripped.name() == last);
  CHECK(stripped.first_name() + ' ' + stripped.last_name() == last);
  stripped.set_name("Grace Murray");
  stripped.set_last_name("Hopper");
  CHECK(b.person(id).name() == "Grace Hopper");

  walk({step::destroy}, row::destroyed);
  CHECK_FALSE(a.db.has_field("first_name"));
  CHECK_FALSE(a.db.has_field("last_name"));
  stripped.set_first_name("Rear-Admiral");
  CHECK(stripped.name() == "Rear-Admiral Hopper");
  for (auto const r : zddm::lifecycle::row_names) CHECK(std::ranges::count(seen, *zddm::lifecycle::row_named(r)) > 0);
}

TEST_CASE("threads of two processes never meet a name that nobody gave while the migration walks") {
  counting const ears;
  file const f;
  process a(f), b(f);
  auto const id = a.db.add();
  before::person(a.db, id).set_name("Ann Lee");

  std::atomic<bool> over{false};
  std::atomic<long> reads{0}, writes{0}, wrong{0};
  auto const read = [&](process& p) {
    awesome_db own(f.path, quick());
    person const who(own, id, p.merge);
    while (!over) {
      auto const name = who.name(), first = who.first_name(), last = who.last_name();
      wrong += name != "Ann Lee" && name != "Bo Ray Kay";
      wrong += first != "Ann" && first != "Bo";
      wrong += last != "Lee" && last != "Ray Kay";
      ++reads;
    }
  };
  auto const write = [&](process& p) {
    person who = p.person(id);
    for (int i = 0; !over; ++i, ++writes) who.set_name(i % 2 == 0 ? "Bo Ray Kay" : "Ann Lee");
  };
  std::vector<std::jthread> threads;
  for (auto* p : {&a, &b}) {
    threads.emplace_back([&read, p] { read(*p); });
    threads.emplace_back([&write, p] { write(*p); });
  }
  fleet all{{&a, &b}, f.path, [&] {
              auto const r = reads.load(), w = writes.load();
              while (reads < r + 20 || writes < w + 20) std::this_thread::yield();
            }};
  for (auto const s : {step::prepare, step::migrate, step::cut_over, step::switch_off, step::cut_over, step::roll_back,
                       step::prepare, step::migrate, step::cut_over, step::complete})
    all.take(s);
  over = true;
  threads.clear();
  CHECK(wrong == 0);
  person const x = a.person(id), y = b.person(id);
  CHECK(x.name() == y.name());
}

TEST_CASE("processes two rows apart break the contract, which is why every step waits for all of them") {
  file const f;
  process behind(f), ahead(f, row::switched);
  ahead.db.add_field("name");
  auto const id = behind.db.add();
  behind.person(id).set_name("Ann Lee");
  CHECK(ahead.person(id).name() != "Ann Lee");
}

TEST_CASE("a name that would not come back is refused and reported, not changed") {
  file const f;
  process p(f, row::migrating);
  p.db.add_field("name");
  auto const good = p.db.add(), two_words = p.db.add(), last_alone = p.db.add();
  before::person(p.db, good).set_name("Ann Lee");
  before::person(p.db, two_words).set_first_name("Mary Ann");
  before::person(p.db, last_alone).set_last_name("Lee");

  std::string text;
  try {
    merge_first_and_last_name(f.path).migrate();
  } catch (zddm::unmappable const& e) {
    text = e.what();
  }
  CHECK(text.find("2 people") != std::string::npos);
  CHECK(text.find(' ' + std::to_string(two_words)) != std::string::npos);
  CHECK(text.find(' ' + std::to_string(last_alone)) != std::string::npos);
  CHECK(text.find("Mary") == std::string::npos);
  CHECK(before::person(p.db, two_words).first_name() == "Mary Ann");
  CHECK(after::person(p.db, good).name() == "Ann Lee");

  auto who = p.person(good);
  CHECK_THROWS_AS(who.set_first_name("Mary Ann"), zddm::unmappable);
  CHECK_THROWS_AS(who.set_first_name(""), zddm::unmappable);
  CHECK(who.name() == "Ann Lee");

  before::person(p.db, two_words).set_name("Mary");
  before::person(p.db, last_alone).set_name("Lee");
  merge_first_and_last_name(f.path).migrate();
  CHECK(after::person(p.db, last_alone).name() == "Lee");
}

TEST_CASE("a change that fails half way is not applied") {
  file const f;
  process p(f, row::prepared);
  p.db.add_field("name");
  auto const id = p.db.add();
  p.person(id).set_name("Ann Lee");
  p.db.remove_field("last_name"); // the last of the three writes will fail
  CHECK_THROWS_AS(p.person(id).set_name("Bo Kay"), zddm::store_error);
  CHECK(p.db.read<2>(id, {"name", "first_name"}) == std::array<std::string, 2>{"Ann Lee", "Ann"});
}

TEST_CASE("a completed migration warns once at each reference and a destroyed one throws at every one") {
  counting const ears;
  file const f;
  process p(f, row::completed);
  p.db.add_field("name");
  auto const id = p.db.add();
  auto who = p.person(id);
  for (int i = 0; i < 3; ++i) {
    who.set_name("Ann Lee");
    who.set_first_name("Bo");
    who.set_last_name("Kay");
    CHECK(who.first_name() + who.last_name() == "BoKay");
    CHECK(who.name() == "Bo Kay");
  }
  CHECK(warnings == 7); // three setters, three getters, and the one place that makes a change atomic

  process late(f, row::destroyed);
  auto gone = late.person(id);
  auto const refuses = [](auto&& call) {
    try {
      call();
    } catch (zddm::error const& e) {
      return e.code() == 105;
    }
    return false;
  };
  CHECK(refuses([&] { (void)gone.name(); }));
  CHECK(refuses([&] { (void)gone.first_name(); }));
  CHECK(refuses([&] { (void)gone.last_name(); }));
  CHECK(refuses([&] { gone.set_name("Ann Lee"); }));
  CHECK(refuses([&] { gone.set_first_name("Ann"); }));
  CHECK(refuses([&] { gone.set_last_name("Lee"); }));
  CHECK(after::person(p.db, id).name() == "Bo Kay");
}
