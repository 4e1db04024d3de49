// SPDX-License-Identifier: BSL-1.0
// Two services run without pause while zd takes the migration through every state and back, each a program of its own.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

void expect(bool holds, std::string const& what) {
  if (!holds) throw std::runtime_error(what);
}

/// A program of this example, built beside this one; what it says goes to a file.
class program {
public:
  program(std::string const& name, std::vector<std::string> arguments, fs::path says) : name_(name), says_(std::move(says)) {
    std::string const me = fs::read_symlink("/proc/self/exe");
    auto path = me.substr(0, me.size() - std::string("fleet").size()) + name;
    std::vector<char*> words{path.data()};
    for (auto& a : arguments) words.push_back(a.data());
    words.push_back(nullptr);
    int const out = ::open(says_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    pid_ = ::fork();
    expect(out >= 0 && pid_ >= 0, "cannot start " + path);
    if (pid_ != 0) {
      ::close(out);
      return;
    }
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execv(path.c_str(), words.data());
    ::_exit(127);
  }
  program(program&& other) noexcept
      : pid_(std::exchange(other.pid_, -1)), name_(std::move(other.name_)), says_(std::move(other.says_)) {}
  program& operator=(program&&) = delete;
  ~program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  std::string said() const {
    std::ostringstream text;
    text << std::ifstream(says_).rdbuf();
    return text.str();
  }

  /// Waits for the end: the exit status, or 128 and the signal.
  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  /// Tells a service to end; it has to have met nothing wrong.
  void end() {
    ::kill(pid_, SIGTERM);
    auto const status = wait();
    auto const all = said();
    auto const last = all.substr(std::min(all.find("rounds="), all.size()));
    std::cout << last;
    expect(status == 0, name_ + " ended with " + std::to_string(status) + ": " + (last.empty() ? all : last));
  }

  /// Waits until a service has gone on for some rounds.
  void goes_on() {
    auto const before = fs::file_size(says_);
    while (fs::file_size(says_) < before + 40) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = -1;
        throw std::runtime_error(name_ + " ended by itself:\n" + said());
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

private:
  pid_t pid_ = -1;
  std::string name_;
  fs::path says_;
};

struct folder {
  fs::path const path = fs::temp_directory_path() / ("zddm_people_" + std::to_string(::getpid()));
  folder() { fs::create_directory(path); }
  folder(folder const&) = delete;
  folder& operator=(folder const&) = delete;
  ~folder() { fs::remove_all(path); }
};

} // namespace

int main() try {
  folder const here;
  auto const state = (here.path / "state.db").string();
  ::setenv("PEOPLE_DB", (here.path / "people.db").c_str(), 1);
  ::setenv("PEOPLE_STATE", state.c_str(), 1);
  ::setenv("ZD_STATE", ("sqlite:" + state).c_str(), 1);

  auto const zd = [&](std::vector<std::string> words, int wanted = 0) {
    std::string line = "zd";
    for (auto const& w : words) line += ' ' + w;
    std::cout << line << std::endl;
    program p("zd", std::move(words), here.path / "zd.txt");
    auto const status = p.wait();
    expect(status == wanted, line + " ended with " + std::to_string(status) + ":\n" + p.said());
    return p.said();
  };
  auto const service = [&](std::string const& name) { return program("service", {}, here.path / (name + ".txt")); };

  auto one = service("one");
  one.goes_on();
  {
    auto two = service("two");
    auto const walk = [&](std::vector<std::string> const& steps) {
      for (auto const& s : steps) {
        zd({s, "merge_first_and_last_name"});
        one.goes_on();
        two.goes_on();
      }
    };
    two.goes_on();
    zd({"switch", "merge_first_and_last_name"}, 3);
    walk({"prepare", "rollback"});
    walk({"prepare", "migrate", "rollback"});
    walk({"prepare", "migrate", "switch", "rollback"});
    walk({"prepare", "migrate", "switch", "switchoff"});
    two.end();
  }
  auto two = service("two again");
  two.goes_on();
  zd({"switch", "merge_first_and_last_name"});
  one.goes_on();
  two.goes_on();
  zd({"complete", "merge_first_and_last_name", "--yes=merge_first_and_last_name"});
  one.goes_on();
  two.goes_on();
  for (auto* p : {&one, &two}) {
    expect(p->said().find("strip its code") != std::string::npos, "a completed migration did not warn:\n" + p->said());
    p->end();
  }
  zd({"destroy", "merge_first_and_last_name", "--yes=merge_first_and_last_name"});
  auto late = service("late");
  expect(late.wait() == 2 && late.said().find("ZD-105") != std::string::npos, "a destroyed one did not throw:\n" + late.said());
  return EXIT_SUCCESS;
} catch (std::exception const& e) {
  std::cerr << e.what() << '\n';
  return EXIT_FAILURE;
}
