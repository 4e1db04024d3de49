// SPDX-License-Identifier: BSL-1.0
// Migrates the packages of a Debian index from SQLite to LMDB while two services use them, and checks what the services saw.
//   packages --input FILE [--rows N] [--seconds N] [--keep] [--folder DIR]
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "checker.hpp"
#include "migration.hpp"
#include "package_index.hpp"
#include "process.hpp"

namespace fs = std::filesystem;

namespace {

struct asked {
  std::string input;
  std::size_t rows = 0;
  unsigned seconds = 40;
  bool keep = false;
  fs::path folder;
};

/// What the services report between two rows of the story.
struct activity {
  std::uint64_t operations = 0, reads = 0, from_new = 0;
  double old_p50 = 0, old_p99 = 0, new_p50 = 0, new_p99 = 0; ///< microseconds; of two services the slower counts

  void add(std::string const& line) {
    std::istringstream in(line);
    std::string did;
    std::uint64_t n = 0, read = 0, from = 0;
    double a = 0, b = 0, c = 0, d = 0;
    if (!(in >> did >> n >> read >> from >> a >> b >> c >> d) || did != "did") return;
    operations += n;
    reads += read;
    from_new += from;
    old_p50 = std::max(old_p50, a), old_p99 = std::max(old_p99, b), new_p50 = std::max(new_p50, c),
    new_p99 = std::max(new_p99, d);
  }
};

/// One service process and the thread that hears it.
class service {
public:
  service(fs::path const& programs, fs::path const& folder, int number) : programs_(programs), folder_(folder), number_(number) {
    start();
  }
  ~service() {
    if (child_) stop();
  }

  void start() {
    child_.emplace(
        std::vector<std::string>{programs_ / "service", folder_, std::to_string(number_), std::to_string(++incarnation_)},
        folder_ / "complaints");
    if (child_->line() != "ready")
      throw std::runtime_error("service " + std::to_string(number_) + " did not start; see " + (folder_ / "complaints").string());
    ear_ = std::thread([this] {
      for (std::string line; !(line = child_->line()).empty();) {
        std::lock_guard const lock(guard_);
        heard_.add(line);
      }
    });
  }
  void stop() {
    child_->terminate();
    ear_.join();
    int const status = child_->wait();
    child_.reset();
    if (status != 0)
      throw std::runtime_error("service " + std::to_string(number_) + " ended with status " + std::to_string(status));
  }
  activity heard() {
    std::lock_guard const lock(guard_);
    return std::exchange(heard_, {});
  }

private:
  fs::path programs_, folder_;
  int number_, incarnation_ = 0;
  std::optional<process> child_;
  std::thread ear_;
  std::mutex guard_;
  activity heard_;
};

class story {
public:
  story(asked const& a, fs::path programs) : asked_(a), programs_(std::move(programs)) {
    ::setenv("PACKAGES_DIR", a.folder.c_str(), 1);
    ::setenv("ZD_STATE", ("sqlite:" + (a.folder / "state.db").string()).c_str(), 1);
  }

  int tell() {
    load();
    fmt::print("{:>6}  {:<22} {:>9} {:>9}   {:>17}   {:>17}\n", "", "", "", "reads by", "old, us", "new, us");
    fmt::print("{:>6}  {:<22} {:>9} {:>9}   {:>8} {:>8}   {:>8} {:>8}\n", "s", "zd", "ops/s", "new", "p50", "p99", "p50", "p99");
    begun_ = last_ = clock::now();
    services_.push_back(std::make_unique<service>(programs_, asked_.folder, 1));
    services_.push_back(std::make_unique<service>(programs_, asked_.folder, 2));
    std::string const name(packages_to_lmdb::name);
    dwell("");
    step({"prepare", name});
    step({"gate", name, "10"});
    step({"gate", name, "50"});
    services_[1]->stop();
    services_[1]->start();
    dwell("(service 2 restarted)");
    step({"gate", name, "100"});
    auto const before = clock::now();
    zd({"migrate", name});
    migrated_in_ = std::chrono::duration<double>(clock::now() - before).count();
    dwell("migrate");
    rows_ = stored().size();
    step({"verify", name});
    step({"switch", name});
    step({"switchoff", name});
    step({"switch", name});
    zd({"report", name, "--html", asked_.folder / "report.html"});
    step({"complete", name, "--yes=" + name});
    for (auto& s : services_) s->stop();
    zd({"destroy", name, "--yes=" + name});
    row("destroy");
    return conclude();
  }

private:
  using clock = std::chrono::steady_clock;

  void load() {
    std::ifstream in(asked_.input);
    if (!in) throw std::runtime_error("cannot read the package index " + asked_.input);
    auto index = package_index::read(in);
    for (auto const& c : index.malformed) std::cerr << asked_.input << ':' << c.line << ": left out: " << c.what << '\n';
    if (index.packages.empty()) throw std::runtime_error(asked_.input + " holds no package that can be read");
    fmt::print("{} packages in {}; {} stanzas malformed and left out, {} repeated\n", index.packages.size(), asked_.input,
               index.malformed.size(), index.repeated);
    packages_to_lmdb stores(asked_.folder);
    stores.table().create_table();
    std::ofstream copy(asked_.folder / "index");
    std::vector<zddm::entry<std::string, package_v1>> batch;
    auto const flush = [&] {
      stores.table().put_many(batch);
      batch.clear();
    };
    for (auto const& [name, p] : index.packages) {
      if (asked_.rows != 0 && names_.size() == asked_.rows) break;
      names_.push_back(name);
      first_.emplace_back(split_fields::to_new(p));
      copy << "Package: " << name << "\nVersion: " << p.version << "\nArchitecture: " << p.architecture
           << "\nSection: " << p.section << "\nMaintainer: " << p.maintainer << "\nDepends: " << p.depends
           << "\nInstalled-Size: " << p.installed_size << "\n\n";
      batch.push_back({name, p});
      if (batch.size() == 5000) flush();
    }
    flush();
    for (int i = 0; i < 200; ++i) {
      names_.push_back("zz-new-" + std::to_string(i));
      first_.emplace_back();
    }
  }

  void zd(std::vector<std::string> const& words) {
    std::vector<std::string> all{programs_ / "zd"};
    all.insert(all.end(), words.begin(), words.end());
    process run(all, asked_.folder / "zd.log");
    auto const said = run.rest();
    std::ofstream(asked_.folder / "zd.log", std::ios::app) << said;
    if (int const status = run.wait(); status != 0) {
      std::ifstream log(asked_.folder / "zd.log");
      std::cerr << log.rdbuf();
      throw std::runtime_error("zd " + words[0] + " ended with status " + std::to_string(status));
    }
  }

  void step(std::vector<std::string> const& words) {
    zd(words);
    dwell(words[0] + (words[0] == "gate" ? ' ' + words[2] + " %" : ""));
  }

  void dwell(std::string const& after) {
    std::this_thread::sleep_for(std::chrono::milliseconds(asked_.seconds * 1000u / 12));
    row(after);
  }

  void row(std::string const& after) {
    activity a;
    for (auto& s : services_) {
      auto const h = s->heard();
      a.operations += h.operations;
      a.reads += h.reads;
      a.from_new += h.from_new;
      a.old_p50 = std::max(a.old_p50, h.old_p50), a.old_p99 = std::max(a.old_p99, h.old_p99);
      a.new_p50 = std::max(a.new_p50, h.new_p50), a.new_p99 = std::max(a.new_p99, h.new_p99);
    }
    auto const time = clock::now();
    double const took = std::chrono::duration<double>(time - std::exchange(last_, time)).count();
    fmt::print("{:>6.1f}  {:<22} {:>9.0f} {:>7.1f} %   {:>8.0f} {:>8.0f}   {:>8.0f} {:>8.0f}\n",
               std::chrono::duration<double>(time - begun_).count(), after, static_cast<double>(a.operations) / took,
               a.reads == 0 ? 0.0 : 100.0 * static_cast<double>(a.from_new) / static_cast<double>(a.reads), a.old_p50, a.old_p99,
               a.new_p50, a.new_p99);
    std::fflush(stdout);
  }

  /// What New holds, read without the proxy.
  std::map<std::string, package> stored() {
    packages_to_lmdb stores(asked_.folder);
    std::map<std::string, package> all;
    stores.new_store().scan({}, ~std::size_t{0}, [&](std::string const& name, package const& p) { all.emplace(name, p); });
    return all;
  }

  int conclude() {
    std::vector<observed> told;
    for (auto const& file : fs::directory_iterator(asked_.folder))
      if (file.path().filename().string().starts_with("told-")) journal::append_from(file.path(), told);
    auto const last = stored();
    auto const j = checker(names_, first_, last).judge(told);
    for (auto const& example : j.examples) std::cerr << "  " << example << '\n';
    bool const clean = j.failed + j.stale + j.lost + j.resurrected + j.mismatches == 0;
    if (!clean || asked_.keep) std::cerr << "kept: " << asked_.folder.string() << '\n';
    fmt::print("ops={} failed={} stale={} lost={} resurrected={} mismatches={} rows={} seconds={:.2f} rows_per_second={:.0f}\n",
               j.operations, j.failed, j.stale, j.lost, j.resurrected, j.mismatches, rows_, migrated_in_,
               static_cast<double>(rows_) / migrated_in_);
    if (clean && !asked_.keep) fs::remove_all(asked_.folder);
    return clean ? 0 : 1;
  }

  asked const& asked_;
  fs::path programs_;
  universe names_;
  std::vector<std::optional<package>> first_;
  std::vector<std::unique_ptr<service>> services_;
  clock::time_point begun_, last_;
  std::size_t rows_ = 0;
  double migrated_in_ = 0;
};

} // namespace

int main(int argc, char** argv) {
  asked a;
  CLI::App app("Migrates the packages of a Debian index from SQLite to LMDB while two services use them");
  app.add_option("--input", a.input, "the index, as apt-cache dumpavail prints it")->required();
  app.add_option("--rows", a.rows, "at most so many packages");
  app.add_option("--seconds", a.seconds, "about how long the services run")->check(CLI::Range(1u, 3600u));
  app.add_flag("--keep", a.keep, "keep the folder with the stores and the record");
  std::string folder;
  app.add_option("--folder", folder, "a folder to work in, made if missing");
  CLI11_PARSE(app, argc, argv);
  try {
    if (folder.empty()) {
      std::string pattern = fs::temp_directory_path() / "packages-XXXXXX";
      if (::mkdtemp(pattern.data()) == nullptr)
        throw std::runtime_error("cannot make a folder in " + fs::temp_directory_path().string());
      folder = pattern;
    }
    fs::create_directories(folder);
    a.folder = fs::canonical(folder);
    return story(a, fs::canonical("/proc/self/exe").parent_path()).tell();
  } catch (std::exception const& e) {
    std::cerr << "packages: " << e.what() << "\nThe stores and the record are kept in " << a.folder.string() << '\n';
    return 1;
  }
}
