// absl's mutexes, by which gRPC's threads hand calls to each other, and the count
// of a status's owners, made visible to ThreadSanitizer: the library's own, which
// it does not watch, wrapped in what they mean. What gRPC calls of them, no more.
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdint>

namespace {

// The library's own behind the one defined here. debian3: the namespace that Debian's absl has inline.
template <class Function>
Function* Own(const char* mangled) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, mangled));
}

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  static auto* const own = Own<void(Mutex*)>("_ZN4absl7debian35Mutex4LockEv");
  own(this);
  __tsan_acquire(this);
}

bool Mutex::TryLock() {
  static auto* const own = Own<bool(Mutex*)>("_ZN4absl7debian35Mutex7TryLockEv");
  const bool locked = own(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::Unlock() {
  static auto* const own = Own<void(Mutex*)>("_ZN4absl7debian35Mutex6UnlockEv");
  __tsan_release(this);
  own(this);
}

void CondVar::Wait(Mutex* mutex) {
  static auto* const own = Own<void(CondVar*, Mutex*)>("_ZN4absl7debian37CondVar4WaitEPNS0_5MutexE");
  __tsan_release(mutex);
  own(this, mutex);
  __tsan_acquire(mutex);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  static auto* const own = Own<bool(CondVar*, Mutex*, Duration)>("_ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE");
  __tsan_release(mutex);
  const bool timed_out = own(this, mutex, timeout);
  __tsan_acquire(mutex);
  return timed_out;
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static auto* const own = Own<bool(CondVar*, Mutex*, Time)>("_ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  __tsan_release(mutex);
  const bool timed_out = own(this, mutex, deadline);
  __tsan_acquire(mutex);
  return timed_out;
}

// What owners did to a status happened before the last of them deletes it.
void Status::UnrefNonInlined(uintptr_t representation) {
  static auto* const own = Own<void(uintptr_t)>("_ZN4absl7debian36Status15UnrefNonInlinedEm");
  __tsan_release(reinterpret_cast<void*>(representation));
  __tsan_acquire(reinterpret_cast<void*>(representation));
  own(representation);
}

ABSL_NAMESPACE_END
}  // namespace absl
