#include "privacy/key_store.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "base/reason.h"
#include "privacy/key_file.h"
#include "unit/privacy/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::privacy;

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
    BOOST_TEST(ReasonOf(store->FindOrCreate(kWang).status())->name == "STORE_FAILED");
    BOOST_TEST(store->Sync().ok());
    BOOST_TEST(Same(store->Find(kLi), li));
  }
  const SubjectKey wang = Make(kWang);
  Restart();
  BOOST_TEST(Same(store->Find(kLi), li));
  BOOST_TEST(Same(store->Find(kWang), wang));
  BOOST_TEST(Bytes().size() == kKeyFileMagic.size() + 2 * kKeyEntryBytes);
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
