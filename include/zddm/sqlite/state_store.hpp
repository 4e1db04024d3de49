// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <zddm/core/error.hpp>
#include <zddm/core/version.hpp>
#include <zddm/lifecycle/state_store.hpp>
#include <zddm/sqlite/boot.hpp>
#include <zddm/sqlite/database.hpp>
#include <zddm/sqlite/transaction.hpp>

namespace zddm::sqlite {

/// A `lifecycle::state_store` in a SQLite file of its own, for the threads and processes of one machine.
/// With the default options a commit that returned survives a loss of power.
class state_store {
public:
  /// How a URL names one, and the path it names; nothing for another URL.
  static constexpr std::string_view url_form = "sqlite:PATH";
  static std::optional<std::filesystem::path> named_by(std::string_view url) {
    constexpr std::string_view scheme = "sqlite:";
    if (!url.starts_with(scheme) || url.size() == scheme.size()) return std::nullopt;
    return url.substr(scheme.size());
  }

  /// Makes the file if it is missing and may be made. Throws `store_error` (permanent) and changes nothing if it is missing and
  /// may not be made, is something else, or is of a format this version does not know.
  explicit state_store(std::filesystem::path const& path, sqlite::options options = {})
      : state_store(claimed(path, options), path, options) {}

  std::string const& path() const noexcept { return database_.path(); }

  std::optional<lifecycle::stored> read(std::string_view path) {
    auto s = database_.session();
    auto q = s.run(read_);
    q.bind_text(1, path);
    if (!q.step()) return std::nullopt;
    return row(q);
  }

  std::vector<lifecycle::stored> list(std::string_view prefix) {
    auto s = database_.session();
    auto q = s.run(list_);
    q.bind_text(1, prefix);
    std::vector<lifecycle::stored> found;
    while (q.step() && q.bytes(0).starts_with(prefix)) found.push_back(row(q));
    return found;
  }

  /// All expectations are about what is there before the call; the changes are then applied in their order.
  bool commit(std::span<lifecycle::change const> changes) {
    if (changes.empty()) return true;
    auto s = database_.session();
    transaction t(s, access::write);
    for (auto const& c : changes)
      if (c.expected != lifecycle::any_revision && c.expected != revision_of(s, c.path)) return false;
    auto revision = last_revision(s);
    auto const before = revision;
    for (auto const& c : changes) {
      auto q = s.run(c.value ? put_ : remove_);
      q.bind_text(1, c.path);
      if (c.value) {
        q.bind_integer(2, ++revision);
        q.bind_text(3, *c.value);
      }
      q.finish();
    }
    if (revision != before) {
      auto q = s.run(keep_revision_);
      q.bind_integer(1, revision);
      q.finish();
    }
    t.commit();
    return true;
  }

  /// The number of the machine's start times 2^40, and the milliseconds since then, sleep included: the same for every
  /// process, and after a restart later than anything before it.
  std::chrono::milliseconds now() const { return std::chrono::milliseconds(boot_ << 40) + boot::time(); }

private:
  static constexpr std::int64_t application = 0x7a64646d;
  static constexpr std::int64_t format = 1;

  state_store(std::int64_t boot, std::filesystem::path const& path, sqlite::options const& options)
      : database_(path, options), boot_(boot) {}

  static lifecycle::stored row(statement const& q) {
    return {std::string(q.bytes(0)), std::string(q.bytes(2)), static_cast<std::uint64_t>(q.integer(1))};
  }

  std::uint64_t revision_of(session& s, std::string_view path) {
    auto q = s.run(read_);
    q.bind_text(1, path);
    return q.step() ? static_cast<std::uint64_t>(q.integer(1)) : 0;
  }

  std::int64_t last_revision(session& s) {
    auto q = s.run(last_revision_);
    q.step();
    return q.integer(0);
  }

  /// Makes sure that the file is a state store and knows of this start of the machine, whose number it returns.
  static std::int64_t claimed(std::filesystem::path const& path, sqlite::options options) {
    if (!options.create && !std::filesystem::exists(path))
      throw store_error(error_class::permanent,
                        "the state store " + path.string() +
                            " is not there; nothing was changed. Check the path; the first step of a migration makes it",
                        233);
    options.write_ahead_log = false;
    database d(path, options);
    auto s = d.session();
    auto& c = s.connection();
    auto const boot_id = boot::id();
    // One snapshot: another process may be making the store at this moment.
    bool const ready = [&] {
      transaction const t(s, access::read);
      return made(c) && c.ask("SELECT boot_id FROM zddm_state") == boot_id;
    }();
    if (!ready) {
      transaction t(s, access::write);
      if (!made(c)) make(c);
      auto q = s.run(d.statement("UPDATE zddm_state SET boot = boot + 1, boot_id = ?1 WHERE boot_id <> ?1"));
      q.bind_text(1, boot_id);
      q.finish();
      t.commit();
    }
    return std::stoll(c.ask("SELECT boot FROM zddm_state"));
  }

  /// False: the file is empty.
  static bool made(connection& c) {
    auto const owner = c.ask("PRAGMA application_id");
    if (owner == "0" && c.ask("SELECT count(*) FROM sqlite_schema") == "0") return false;
    if (owner != std::to_string(application))
      throw store_error(error_class::permanent,
                        c.path() +
                            " is a SQLite database, but no state store of zddm; nothing was changed. Give the path of a state "
                            "store, or of a file that is not there yet",
                        230);
    auto const found = std::stoll(c.ask("SELECT format FROM zddm_state"));
    if (found != format)
      throw store_error(error_class::permanent,
                        "the state store " + c.path() + " has format " + std::to_string(found) + ", written by zddm " +
                            c.ask("SELECT written_by FROM zddm_state") + "; this is zddm " ZDDM_VERSION ", which knows format " +
                            std::to_string(format) +
                            "; nothing was changed. Run a version at least as new as the one that wrote it",
                        231);
    return true;
  }

  static void make(connection& c) {
    c.execute("PRAGMA application_id=" + std::to_string(application));
    c.execute("CREATE TABLE zddm_entries (path TEXT PRIMARY KEY, revision INTEGER NOT NULL, value TEXT NOT NULL) WITHOUT ROWID");
    c.execute("CREATE TABLE zddm_state (format INTEGER NOT NULL, written_by TEXT NOT NULL, revision INTEGER NOT NULL,"
              " boot INTEGER NOT NULL, boot_id TEXT NOT NULL)");
    c.execute("INSERT INTO zddm_state VALUES (" + std::to_string(format) + ", '" ZDDM_VERSION "', 0, 0, '')");
  }

  database database_;
  std::int64_t boot_;
  std::size_t read_ = database_.statement("SELECT path, revision, value FROM zddm_entries WHERE path = ?");
  std::size_t list_ = database_.statement("SELECT path, revision, value FROM zddm_entries WHERE path >= ? ORDER BY path");
  std::size_t put_ = database_.statement("INSERT INTO zddm_entries VALUES (?1, ?2, ?3)"
                                         " ON CONFLICT (path) DO UPDATE SET revision = ?2, value = ?3");
  std::size_t remove_ = database_.statement("DELETE FROM zddm_entries WHERE path = ?");
  std::size_t last_revision_ = database_.statement("SELECT revision FROM zddm_state");
  std::size_t keep_revision_ = database_.statement("UPDATE zddm_state SET revision = ?");
};

} // namespace zddm::sqlite
