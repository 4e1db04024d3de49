// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

/// A program that runs beside this one. Its output comes by a pipe; its complaints go to a file.
class process {
public:
  process(std::vector<std::string> const& words, std::string const& complaints) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    ::posix_spawn_file_actions_addopen(&actions, 2, complaints.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    std::vector<char*> argv;
    for (auto const& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    int const failed = ::posix_spawn(&id_, argv[0], &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    out_ = ::fdopen(ends[0], "r");
    if (failed != 0) {
      id_ = -1;
      throw std::system_error(failed, std::generic_category(), "cannot start " + words[0]);
    }
  }
  process(process&& other) noexcept : id_(std::exchange(other.id_, -1)), out_(std::exchange(other.out_, nullptr)) {}
  process& operator=(process&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(out_, other.out_);
    return *this;
  }
  ~process() {
    if (id_ > 0) {
      ::kill(id_, SIGKILL);
      wait();
    }
    if (out_) std::fclose(out_);
  }

  /// The next line of its output; nothing left: empty.
  std::string line() {
    std::string text;
    for (int c = 0; (c = std::fgetc(out_)) != EOF && c != '\n';) text.push_back(static_cast<char>(c));
    return text;
  }
  std::string rest() {
    std::string text;
    for (int c = 0; (c = std::fgetc(out_)) != EOF;) text.push_back(static_cast<char>(c));
    return text;
  }

  void terminate() const { ::kill(id_, SIGTERM); }

  /// Its exit status; 128 and the signal if it was killed.
  int wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

private:
  ::pid_t id_ = -1;
  std::FILE* out_ = nullptr;
};
