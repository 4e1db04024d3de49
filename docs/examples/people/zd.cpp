// SPDX-License-Identifier: BSL-1.0
// The application's own zd: it knows one migration. The people are in the file $PEOPLE_DB.
#include <zddm/cli/run.hpp>

#include "merge_first_and_last_name.hpp"

int main(int argc, char** argv) { return zddm::cli::run<merge_first_and_last_name>(argc, argv); }
