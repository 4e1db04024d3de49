// SPDX-License-Identifier: BSL-1.0
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

namespace {

doctest::TestRunStats totals;

struct count : doctest::IReporter {
  explicit count(doctest::ContextOptions const&) {}
  void report_query(doctest::QueryData const&) override {}
  void test_run_start() override {}
  void test_run_end(doctest::TestRunStats const& stats) override { totals = stats; }
  void test_case_start(doctest::TestCaseData const&) override {}
  void test_case_reenter(doctest::TestCaseData const&) override {}
  void test_case_end(doctest::CurrentTestCaseStats const&) override {}
  void test_case_exception(doctest::TestCaseException const&) override {}
  void subcase_start(doctest::SubcaseSignature const&) override {}
  void subcase_end() override {}
  void log_assert(doctest::AssertData const&) override {}
  void log_message(doctest::MessageData const&) override {}
  void test_case_skipped(doctest::TestCaseData const&) override {}
};

} // namespace

DOCTEST_REGISTER_LISTENER("count", 1, count);

/// As doctest's own main, but a run that checked nothing has failed, and so has an unfiltered run that left a case out.
int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  int const result = context.run();
  if (context.shouldExit() || result != 0) return result;
  if (totals.numTestCasesPassingFilters == 0 || totals.numAsserts == 0) {
    std::fputs("no test case ran, or none asserted anything\n", stderr);
    return 1;
  }
  if (argc == 1 && totals.numTestCasesPassingFilters != totals.numTestCases) {
    std::fputs("a test case was skipped\n", stderr);
    return 1;
  }
  return 0;
}
