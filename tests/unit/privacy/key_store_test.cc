#include "privacy/key_store.h"

#include <dlfcn.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>
#include <vector>

#include "base/reason.h"
#include "privacy/key_file.h"
#include "unit/privacy/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::privacy;

namespace {

// A disk that hangs: what syncs a file waits. In place of the C library's, which it calls.
std::atomic<bool> disk_hangs{false};
std::atomic<int> at_the_disk{0};

}  // namespace

extern "C" int fdatasync(int file) {
  static auto* const next = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "fdatasync"));
  at_the_disk += 1;
  at_the_disk.notify_all();
  disk_hangs.wait(true);
  return next(file);
}

namespace {

const SubjectHash kLi = HashOfSubject("ACME", "li");
const SubjectHash kWang = HashOfSubject("ACME", "wang");

struct Keys {
  TemporaryDirectory temporary;
  std::unique_ptr<KeyStore> store = Reopened();

  std::filesystem::path Directory() const { return temporary.path() / "keys"; }
  std::filesystem::path File() const { return Directory() / "subject-keys"; }
  std::unique_ptr<KeyStore> Reopened() const {
    auto opened = KeyStore::Open(Directory());
    BOOST_REQUIRE_MESSAGE(opened.ok(), opened.status());
    return *std::move(opened);
  }
  void Restart() {
    store.reset();
    store = Reopened();
  }
  SubjectKey Make(const SubjectHash& subject) {
    const auto key = store->FindOrCreate(subject);
    BOOST_REQUIRE(key.ok());
    BOOST_REQUIRE(store->Sync().ok());
    return *key;
  }
  std::string Bytes() const {
    std::ifstream file(File(), std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
  }
  void Replace(const std::string& bytes) { std::ofstream(File(), std::ios::binary | std::ios::trunc) << bytes; }
};

// No file of this process grows beyond it meanwhile: a write is cut there, the next one fails.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(size_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limited = before_;
    limited.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limited);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

bool Same(const std::optional<SubjectKey>& a, const SubjectKey& b) { return a && a->id == b.id && a->key == b.key; }

std::string AsString(const std::array<uint8_t, kKeyBytes>& key) { return std::string(key.begin(), key.end()); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(key_store, Keys)

BOOST_AUTO_TEST_CASE(a_person_has_one_key_that_survives_a_restart) {
  const SubjectKey li = Make(kLi);
  const SubjectKey wang = Make(kWang);
  BOOST_TEST((li.key != wang.key && li.id != wang.id));
  BOOST_TEST(Same(*store->FindOrCreate(kLi), li));
  Restart();
  BOOST_TEST(Same(store->Find(kLi), li));
  BOOST_TEST(Same(store->Find(kWang), wang));
  BOOST_TEST(!store->IsErased(kLi));
}

BOOST_AUTO_TEST_CASE(the_same_id_in_another_account_is_another_person) {
  BOOST_TEST((HashOfSubject("ACME", "li") != HashOfSubject("BETA", "li")));
  BOOST_TEST((HashOfSubject("A", "B\nC") != HashOfSubject("A", "B C")));
}

BOOST_AUTO_TEST_CASE(the_file_is_for_its_owner_only) {
  struct stat file, directory;
  BOOST_REQUIRE(::stat(File().c_str(), &file) == 0);
  BOOST_REQUIRE(::stat(Directory().c_str(), &directory) == 0);
  BOOST_TEST((file.st_mode & 0777) == 0600u);
  BOOST_TEST((directory.st_mode & 0777) == 0700u);
}

BOOST_AUTO_TEST_CASE(a_destroyed_key_is_gone_from_memory_and_file_for_good) {
  const SubjectKey li = Make(kLi);
  const SubjectKey wang = Make(kWang);
  BOOST_TEST(Bytes().find(AsString(li.key)) != std::string::npos);
  BOOST_TEST(*store->Destroy(kLi));
  BOOST_TEST(!store->Find(kLi).has_value());
  BOOST_TEST(Bytes().find(AsString(li.key)) == std::string::npos);
  Restart();
  BOOST_TEST(store->IsErased(kLi));
  BOOST_TEST(!store->Find(kLi).has_value());
  BOOST_TEST(Same(store->Find(kWang), wang));
  BOOST_TEST(ReasonOf(store->FindOrCreate(kLi).status())->name == "STATE_CONTRADICTED");
}

BOOST_AUTO_TEST_CASE(the_old_file_is_overwritten_when_a_key_is_destroyed) {
  const SubjectKey li = Make(kLi);
  const auto link = temporary.path() / "old";  // what someone who kept the old file sees
  std::filesystem::create_hard_link(File(), link);
  BOOST_TEST(*store->Destroy(kLi));
  std::ifstream file(link, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  BOOST_TEST(bytes.str().find(AsString(li.key)) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(keys_can_be_made_after_a_destruction) {
  Make(kLi);
  BOOST_TEST(*store->Destroy(kLi));
  const SubjectKey wang = Make(kWang);
  Restart();
  BOOST_TEST(Same(store->Find(kWang), wang));
  BOOST_TEST(store->IsErased(kLi));
}

BOOST_AUTO_TEST_CASE(erasing_someone_without_a_key_forbids_one) {
  BOOST_TEST(!*store->Destroy(kLi));
  BOOST_TEST(!*store->Destroy(kLi));
  BOOST_TEST(!store->FindOrCreate(kLi).ok());
}

BOOST_AUTO_TEST_CASE(a_torn_last_entry_is_cut_off_at_every_length) {
  const SubjectKey li = Make(kLi);
  const std::string one = Bytes();
  Make(kWang);
  const std::string two = Bytes();
  for (size_t size = one.size(); size < two.size(); ++size) {
    store.reset();
    Replace(two.substr(0, size));
    store = Reopened();
    BOOST_REQUIRE(Same(store->Find(kLi), li));
    BOOST_REQUIRE(!store->Find(kWang).has_value());
    const SubjectKey again = Make(kWang);
    Restart();
    BOOST_REQUIRE(Same(store->Find(kWang), again));
  }
}

BOOST_AUTO_TEST_CASE(a_tail_of_zeros_is_cut_off) {
  const SubjectKey li = Make(kLi);
  store.reset();
  Replace(Bytes() + std::string(3 * kKeyEntryBytes + 7, '\0'));
  store = Reopened();
  BOOST_TEST(Same(store->Find(kLi), li));
}

BOOST_AUTO_TEST_CASE(a_file_cut_inside_its_first_line_starts_again) {
  for (size_t size = 0; size < kKeyFileMagic.size(); ++size) {
    store.reset();
    Replace(std::string(kKeyFileMagic.substr(0, size)));
    store = Reopened();
    BOOST_REQUIRE(Bytes() == kKeyFileMagic);
  }
}

BOOST_AUTO_TEST_CASE(damage_before_a_good_entry_is_corruption) {
  Make(kLi);
  Make(kWang);
  store.reset();
  std::string bytes = Bytes();
  for (size_t at : {size_t{0}, kKeyFileMagic.size(), kKeyFileMagic.size() + kKeyEntryBytes - 1}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    Replace(damaged);
    BOOST_TEST(ReasonOf(KeyStore::Open(Directory()).status())->name == "STORE_CORRUPT");
  }
}

BOOST_AUTO_TEST_CASE(a_directory_that_cannot_be_made_is_a_failing_store) {
  const auto file = temporary.path() / "file";
  std::ofstream(file) << "x";
  BOOST_TEST(ReasonOf(KeyStore::Open(file / "keys").status())->name == "STORE_FAILED");
}

BOOST_AUTO_TEST_CASE(a_write_that_failed_half_way_is_made_good_once_the_disk_takes_it) {
  const SubjectKey li = Make(kLi);
  {
    const FileSizeLimit limit(kKeyFileMagic.size() + kKeyEntryBytes + kKeyEntryBytes / 2);
    BOOST_REQUIRE(store->FindOrCreate(kWang).ok());
    BOOST_TEST(ReasonOf(store->Sync())->name == "STORE_FAILED");
    BOOST_TEST(ReasonOf(store->Sync())->name == "STORE_FAILED");
    BOOST_TEST(Same(store->Find(kLi), li));
  }
  const SubjectKey wang = Make(kWang);
  Restart();
  BOOST_TEST(Same(store->Find(kLi), li));
  BOOST_TEST(Same(store->Find(kWang), wang));
  BOOST_TEST(Bytes().size() == kKeyFileMagic.size() + 2 * kKeyEntryBytes);
}

BOOST_AUTO_TEST_CASE(a_disk_that_failed_is_not_asked_to_keep_ever_more_keys_and_takes_them_when_it_is_well) {
  const SubjectKey li = Make(kLi);
  size_t made = 0;
  {
    const FileSizeLimit limit(kKeyFileMagic.size() + kKeyEntryBytes);
    while (store->FindOrCreate(HashOfSubject("A", std::to_string(made))).ok() && made < 100'000) {
      BOOST_REQUIRE(++made > 1 || !store->Sync().ok());
    }
    BOOST_TEST(made < 10'000u);
    BOOST_TEST(ReasonOf(store->FindOrCreate(kWang).status())->name == "STORE_FAILED");
    BOOST_TEST(Same(store->Find(kLi), li));
  }
  BOOST_TEST(store->Sync().ok());
  Make(kWang);
  BOOST_TEST(Bytes().size() == kKeyFileMagic.size() + (made + 2) * kKeyEntryBytes);
}

// Every call that named a contact waited for the disk, and with it all others, reads too.
BOOST_AUTO_TEST_CASE(while_the_disk_hangs_keys_are_found_and_who_needs_a_new_one_waits) {
  const SubjectKey li = Make(kLi);
  const int before = at_the_disk;
  disk_hangs = true;
  const auto wang = store->FindOrCreate(kWang);
  BOOST_REQUIRE(wang.ok());
  std::promise<absl::Status> first, second;
  store->WhenDurable(store->NumberOf(kWang), [&](const absl::Status& status) { first.set_value(status); });
  at_the_disk.wait(before);

  BOOST_TEST(Same(store->Find(kLi), li));
  BOOST_TEST(!store->IsErased(kLi));
  BOOST_TEST(Same(*store->FindOrCreate(kLi), li));
  bool at_once = false;
  store->WhenDurable(store->NumberOf(kLi), [&](const absl::Status& status) { at_once = status.ok(); });
  BOOST_TEST(at_once);
  // It finds the key that the first made, which is not durable yet.
  BOOST_TEST(Same(*store->FindOrCreate(kWang), *wang));
  store->WhenDurable(store->NumberOf(kWang), [&](const absl::Status& status) { second.set_value(status); });
  auto waiting = first.get_future(), waiting_too = second.get_future();
  const auto waits = [](const auto& future) { return future.wait_for(std::chrono::seconds(0)) == std::future_status::timeout; };
  BOOST_TEST((waits(waiting) && waits(waiting_too)));

  disk_hangs = false;
  disk_hangs.notify_all();
  BOOST_TEST(waiting.get().ok());
  BOOST_TEST(waiting_too.get().ok());
  Restart();
  BOOST_TEST(Same(store->Find(kWang), *wang));
}

BOOST_AUTO_TEST_CASE(a_person_is_erased_who_was_met_while_the_disk_wrote) {
  const SubjectKey li = Make(kLi);
  BOOST_REQUIRE(store->FindOrCreate(kWang).ok());
  BOOST_TEST(*store->Destroy(kWang));
  BOOST_TEST(store->Sync().ok());
  Restart();
  BOOST_TEST(store->IsErased(kWang));
  BOOST_TEST(Same(store->Find(kLi), li));
}

BOOST_AUTO_TEST_CASE(threads_that_need_the_same_key_get_the_same_key) {
  std::vector<std::thread> threads;
  std::vector<SubjectKey> keys(8);
  for (size_t i = 0; i < keys.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 50; ++n) (void)store->FindOrCreate(HashOfSubject("A", std::to_string(n)));
      keys[i] = *store->FindOrCreate(kLi);
      (void)store->Sync();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const SubjectKey& key : keys) BOOST_TEST((key.key == keys[0].key));
  Restart();
  BOOST_TEST(Same(store->Find(kLi), keys[0]));
  BOOST_TEST(Bytes().size() == kKeyFileMagic.size() + 51 * kKeyEntryBytes);
}

BOOST_AUTO_TEST_SUITE_END()
