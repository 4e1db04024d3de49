// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/interruption.hpp>

#include <thread>

#include <doctest/doctest.h>

#include <tools/processes.hpp>

using namespace zddm::cli;
using namespace std::chrono_literals;

TEST_CASE("interruption: the first signal counts") {
  interruption stop;
  stop.check();
  CHECK_FALSE(stop.requested());
  stop.request(SIGINT);
  stop.request(SIGTERM);
  CHECK(stop.signal() == SIGINT);
  CHECK(stop.requested());
  CHECK(stop.token().stop_requested());
  CHECK_THROWS_AS(stop.check(), interrupted);
}

TEST_CASE("interruption: a sleep ends when a stop is asked for") {
  interruption stop;
  stop.sleep(1ms);
  std::thread other([&] {
    std::this_thread::sleep_for(5ms);
    stop.request(SIGTERM);
  });
  CHECK_THROWS_AS(stop.sleep(1h), interrupted);
  other.join();
  CHECK_THROWS_AS(stop.sleep(0ms), interrupted);
}

TEST_CASE("interruption: a watched signal asks for a stop, and afterwards it is as before") {
  for (int const signal : {SIGINT, SIGTERM}) {
    test::process child([&] {
      std::signal(signal, SIG_DFL);
      interruption stop;
      {
        signal_watch const watch(stop);
        ::kill(::getpid(), signal);
        while (!stop.requested()) std::this_thread::sleep_for(1ms);
        if (stop.signal() != signal) return false;
      }
      ::raise(signal);
      return false;
    });
    CHECK(child.wait() == 128 + signal);
  }
}

TEST_CASE("interruption: the second signal ends the process at once") {
  test::process child([] {
    std::signal(SIGINT, SIG_DFL);
    interruption stop;
    signal_watch const watch(stop);
    ::kill(::getpid(), SIGINT);
    while (!stop.requested()) std::this_thread::sleep_for(1ms);
    ::kill(::getpid(), SIGINT);
    std::this_thread::sleep_for(1h);
    return true;
  });
  CHECK(child.wait() == 128 + SIGINT);
}
