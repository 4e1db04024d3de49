// SPDX-License-Identifier: BSL-1.0
// The zd of an application whose migrations stand in a folder.
#include <migrations/all.hpp>

int main(int argc, char** argv) { return migrations::all::run(argc, argv); }
