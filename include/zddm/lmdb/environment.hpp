// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include <lmdb.h>
#include <sys/stat.h>

#include <zddm/lmdb/claim.hpp>
#include <zddm/lmdb/fail.hpp>
#include <zddm/lmdb/file_mapping.hpp>
#include <zddm/lmdb/side_databases.hpp>
#include <zddm/lmdb/transaction.hpp>
#include <zddm/lmdb/turnstile.hpp>

namespace zddm::lmdb {

/// What a crash of the machine may cost; a crash of a process costs nothing that was committed.
enum class durability : std::uint8_t {
  every_commit, ///< nothing
  last_commit,  ///< the last commit, never the environment
  none          ///< the environment, unless `flush` was called since the last commit
};

struct options {
  std::size_t initial_map = std::size_t{64} << 20; ///< bytes of address space to begin with
  std::size_t largest_map = std::size_t{1} << 40;  ///< bytes beyond which the map does not grow by itself
  unsigned max_databases = 64;                     ///< handles of one process; a store takes up to five
  unsigned max_readers = 1024;                     ///< reads at one time, of all processes; set by the first that opens
  lmdb::durability durability = lmdb::durability::every_commit;
  bool single_file = false;                         ///< the path names the data file, not a folder for `data.mdb`
  unsigned mode = 0644;                             ///< permissions of new files
  std::size_t resident_map = std::size_t{32} << 20; ///< bytes of the map that a walk leaves mapped, about: see `walked`
};

/// One LMDB environment, for all threads of a process; any number of processes may have it open. Its map grows by itself, and
/// follows what other processes let it grow to. All errors are `store_error`; in a child of `fork` every call throws ZD-137.
class environment {
public:
  /// Makes the folder and the files that are missing. Throws ZD-137 if this process has the environment open already.
  explicit environment(std::string path, lmdb::options options = {})
      : path_(std::move(path)), options_(options), claim_(path_, data_file(), [this] { open(); }) {}
  environment(environment const&) = delete;
  environment& operator=(environment const&) = delete;
  /// Every transaction must have ended.
  ~environment() {
    if (!claim_.valid()) return; // what is open is the parent's
    for (auto& one : idle_) mdb_txn_abort(one.txn.exchange(nullptr));
    mdb_env_close(env_);
  }

  std::string const& path() const noexcept { return path_; }
  lmdb::options const& options() const noexcept { return options_; }
  MDB_env* native() const noexcept { return env_; }

  /// Calls f(transaction const&) on a snapshot and returns what it returns. For as long as f runs, space that is freed is not
  /// used again.
  template <class F> decltype(auto) read(F&& f) {
    for (;; make_room(0)) {
      confirm();
      turnstile::pass const here(doors_, false);
      confirm_map();
      snapshot const s(*this, here.outermost());
      if (s.txn) return f(transaction(s.txn, path_));
    }
  }

  /// Calls f(transaction&) and commits, or leaves everything as it was if f throws; returns what f returns. There is one writer
  /// at a time among all threads and processes. f is called again if the map had to grow. Throws ZD-137 inside another write of
  /// the same thread.
  template <class F> auto write(F&& f) {
    return with_value(f, [&](auto& g) {
      for (std::size_t full = 0;; make_room(full)) {
        confirm();
        turnstile::pass const here(doors_, true);
        if (here.writes_outside())
          refuse(137, path_, "was to be written inside a write of the same thread, which would wait for itself",
                 "Do not call a store from the function given to update");
        confirm_map();
        full = map_size();
        int result = 0;
        if (auto done = attempt(g, result)) return std::move(*done);
        if (!here.outermost()) stuck(result);
      }
    });
  }

  /// As `write`, while no other transaction of this process is open: the place to open and drop databases. Calls `then` once
  /// it is committed.
  template <class F, class Then = void (*)()> auto alone(F&& f, Then&& then = [] {}) {
    return with_value(f, [&](auto& g) {
      confirm();
      if (doors_.inside())
        refuse(137, path_, "cannot open or drop databases inside visit, scan or update", "Do so before, as create_records does");
      turnstile::sole const here(doors_);
      confirm_map();
      for (;;) {
        std::size_t const full = map_size();
        int result = 0;
        if (auto done = attempt(g, result)) {
          then();
          return std::move(*done);
        }
        enlarge(full);
      }
    });
  }

  /// The side databases of the database of that name, the same for all its stores in this process.
  side_databases& sides(std::string const& name) {
    std::lock_guard const lock(sides_mutex_);
    return sides_[name];
  }

  /// Writes to the disk what was committed.
  void flush() {
    confirm();
    if (int const result = mdb_env_sync(env_, 1)) fail(result, true, path_);
  }

  /// Frees what dead processes left of their reads, and says of how many; opening does it too.
  int check_readers() {
    confirm();
    int dead = 0;
    if (int const result = mdb_reader_check(env_, &dead)) fail(result, false, path_);
    return dead;
  }

  /// Says that so many bytes of rows were gone over or put, one after the other. Each time they come to `resident_map`, the pages
  /// of the map are given back, so that what a walk keeps resident does not grow with the rows. Any thread may call, at any time.
  void walked(std::size_t bytes) {
    if (walked_.fetch_add(bytes, std::memory_order_relaxed) + bytes < options_.resident_map) return;
    walked_.store(0, std::memory_order_relaxed);
    turnstile::pass const here(doors_, false); // the map stays where it is
    mapping_->give_back();
  }

  std::size_t max_key_size() const { return static_cast<std::size_t>(mdb_env_get_maxkeysize(env_)); }

  std::size_t map_size() const {
    MDB_envinfo info{};
    mdb_env_info(env_, &info);
    return info.me_mapsize;
  }

private:
  struct alignas(64) idle {
    std::atomic<MDB_txn*> txn{nullptr};
  };

  /// A read transaction, taken from those that lie idle and put back there. None if the map has to grow first.
  struct snapshot {
    environment& env;
    std::atomic<MDB_txn*>& place;
    MDB_txn* txn;

    snapshot(environment& e, bool may_grow) : env(e), place(e.idle_[turnstile::lane()].txn), txn(place.exchange(nullptr)) {
      int result = begin();
      if (result == MDB_READERS_FULL && env.check_readers() > 0) result = begin();
      if (result == MDB_SUCCESS) return;
      mdb_txn_abort(std::exchange(txn, nullptr));
      if (result != MDB_MAP_RESIZED || !may_grow) fail(result, false, env.path_);
    }
    snapshot(snapshot const&) = delete;
    snapshot& operator=(snapshot const&) = delete;
    ~snapshot() {
      if (!txn || !env.claim_.valid()) return;
      mdb_txn_reset(txn);
      MDB_txn* none = nullptr;
      if (!place.compare_exchange_strong(none, txn)) mdb_txn_abort(txn);
    }
    int begin() { return txn ? mdb_txn_renew(txn) : mdb_txn_begin(env.env_, nullptr, MDB_RDONLY, &txn); }
  };

  /// Runs `call` with f, made to return something if it returns nothing.
  template <class F, class Call> static auto with_value(F& f, Call&& call) {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, transaction&>>) {
      auto g = [&](transaction& t) { return f(t), true; };
      call(g);
    } else {
      return call(f);
    }
  }

  /// One write transaction around f. Nothing, and why, if the map has to grow first.
  template <class F> auto attempt(F& f, int& result) -> std::optional<std::invoke_result_t<F&, transaction&>> {
    if (had_name_ && !has_name())
      refuse(131, path_, "was deleted or replaced while it was open, so that a write would be lost", "Start the process again");
    MDB_txn* txn = nullptr;
    result = mdb_txn_begin(env_, nullptr, 0, &txn);
    if (result == MDB_MAP_RESIZED) return std::nullopt;
    if (result != MDB_SUCCESS) fail(result, false, path_);
    struct aborting {
      environment const& env;
      MDB_txn*& txn;
      ~aborting() {
        if (env.claim_.valid()) mdb_txn_abort(txn);
      }
    } const guard{*this, txn};
    try {
      transaction t(txn, path_);
      std::optional<std::invoke_result_t<F&, transaction&>> done(f(t));
      confirm(); // a child that was forked in f must not commit what is its parent's
      result = mdb_txn_commit(std::exchange(txn, nullptr));
      if (result == MDB_SUCCESS) return done;
    } catch (map_full const&) {
      result = MDB_MAP_FULL;
    }
    if (result != MDB_MAP_FULL) fail(result, true, path_);
    return std::nullopt;
  }

  [[noreturn]] void stuck(int result) const {
    if (result == MDB_MAP_RESIZED) fail(result, false, path_);
    refuse(132, path_, "has to grow, and cannot while this thread is inside visit or scan",
           "Write outside of them, or open it with a larger initial_map");
  }

  void confirm() const {
    if (!claim_.valid())
      refuse(137, path_, "was opened before a fork, and only the parent may use it", "Open a new environment in the child");
    confirm_map();
  }
  /// Once through the door: who came in before may have left no map.
  void confirm_map() const {
    if (broken_.load(std::memory_order_relaxed)) fail(MDB_PANIC, false, path_);
  }

  void make_room(std::size_t full) {
    turnstile::sole const here(doors_);
    confirm_map();
    enlarge(full);
  }

  /// Takes on the size other processes gave the map; if it still is not above `full`, doubles it.
  void enlarge(std::size_t full) {
    resize(0);
    if (full == 0 || map_size() > full) return;
    if (full >= options_.largest_map)
      refuse(132, path_, "is full: its map has " + std::to_string(full) + " bytes, and may not grow further",
             "Raise largest_map");
    resize(std::min(std::max(2 * full, full + (std::size_t{1} << 20)), options_.largest_map));
  }

  void resize(std::size_t size) {
    constexpr std::size_t grain = 1 << 16;
    if (int const result = mdb_env_set_mapsize(env_, (size + grain - 1) / grain * grain)) {
      broken_ = true; // the old map is gone, and what LMDB would ask lay in it
      refuse(132, path_,
             "could not get more address space (" + std::string(mdb_strerror(result)) + "), and is out of use in this process",
             "Raise the limit of it (ulimit -v), then start the process again");
    }
  }

  /// Whether the data file that is open still stands in a folder.
  bool has_name() const {
    mdb_filehandle_t file{};
    struct stat found{};
    return mdb_env_get_fd(env_, &file) != MDB_SUCCESS || ::fstat(file, &found) != 0 || found.st_nlink != 0;
  }

  std::string data_file() const { return options_.single_file ? path_ : path_ + "/data.mdb"; }

  void open() {
    std::filesystem::path const folder =
        options_.single_file ? std::filesystem::path(path_).parent_path() : std::filesystem::path(path_);
    std::error_code ignored; // opening says what is wrong
    if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
    unsigned flags = MDB_NOTLS;
    if (options_.single_file) flags |= MDB_NOSUBDIR;
    if (options_.durability == durability::last_commit) flags |= MDB_NOMETASYNC;
    if (options_.durability == durability::none) flags |= MDB_NOSYNC;
    int result = mdb_env_create(&env_);
    if (result == MDB_SUCCESS) result = mdb_env_set_maxdbs(env_, options_.max_databases);
    if (result == MDB_SUCCESS) result = mdb_env_set_maxreaders(env_, options_.max_readers);
    if (result == MDB_SUCCESS) result = mdb_env_open(env_, path_.c_str(), flags, options_.mode);
    if (result == MDB_SUCCESS) result = mdb_env_set_mapsize(env_, 0);
    if (result == MDB_SUCCESS && map_size() < options_.initial_map) result = mdb_env_set_mapsize(env_, options_.initial_map);
    int dead = 0;
    if (result == MDB_SUCCESS) result = mdb_reader_check(env_, &dead);
    if (result == MDB_SUCCESS) {
      had_name_ = has_name(); // some file systems count no names
      mapping_.emplace(data_file());
      return;
    }
    mdb_env_close(env_);
    fail(result, false, path_);
  }

  std::string const path_;
  lmdb::options const options_;
  MDB_env* env_ = nullptr;
  bool had_name_ = false;
  std::optional<file_mapping> mapping_;
  lmdb::claim claim_;
  turnstile doors_;
  std::array<idle, turnstile::lanes> idle_;
  std::atomic<bool> broken_{false};
  std::atomic<std::size_t> walked_{0};
  std::mutex sides_mutex_;
  std::map<std::string, side_databases> sides_;
};

} // namespace zddm::lmdb
