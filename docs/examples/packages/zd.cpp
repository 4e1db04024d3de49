// SPDX-License-Identifier: BSL-1.0
#include <zddm/cli/run.hpp>

#include "migration.hpp"

int main(int argc, char** argv) { return zddm::cli::run<packages_to_lmdb>(argc, argv); }
