// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

/// What the tests of `lmdb` share: folders that vanish, and processes of their own.
namespace lmdb_test {

/// A new folder, gone with the object; not in a child.
class folder {
public:
  folder() {
    std::string name = (std::filesystem::temp_directory_path() / "zddm-lmdb-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no folder for the test");
    path_ = name;
  }
  folder(folder const&) = delete;
  folder& operator=(folder const&) = delete;
  ~folder() {
    std::error_code ignored;
    if (::getpid() == owner_) std::filesystem::remove_all(path_, ignored);
  }
  std::string path(std::string const& below = "env") const { return path_ + "/" + below; }

private:
  std::string path_;
  ::pid_t owner_ = ::getpid();
};

/// Runs f in a child, which ends with what f returns, or 99 if f throws.
template <class F>::pid_t spawn(F f) {
  ::pid_t const child = ::fork();
  if (child < 0) throw std::runtime_error("no child for the test");
  if (child != 0) return child;
  int code = 99;
  try {
    code = f();
  } catch (...) {
  }
  ::_exit(code);
}

/// What the child ended with; 1000 and the signal if it was killed.
inline int outcome(::pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

template <class F> int in_child(F f) { return outcome(spawn(f)); }

/// A child tells its parent that it got somewhere.
class milestone {
public:
  milestone() {
    if (::pipe(ends_) != 0) throw std::runtime_error("no pipe for the test");
  }
  milestone(milestone const&) = delete;
  milestone& operator=(milestone const&) = delete;
  ~milestone() {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  void reached() const {
    if (::write(ends_[1], "x", 1) != 1) ::_exit(98);
  }
  /// False if nobody is left who could get there.
  bool wait() {
    ::close(ends_[1]);
    ends_[1] = -1;
    char byte = 0;
    return ::read(ends_[0], &byte, 1) == 1;
  }

private:
  int ends_[2];
};

} // namespace lmdb_test
