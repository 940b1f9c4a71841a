#include "guanxid/workers.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

namespace guanxi::service {

struct Workers::Impl {
  explicit Impl(size_t threads) : pool(threads) {}
  boost::asio::thread_pool pool;
};

Workers::Workers(size_t threads) : impl_(std::make_unique<Impl>(threads)) {}
Workers::~Workers() { impl_->pool.join(); }
void Workers::Post(std::function<void()> work) { boost::asio::post(impl_->pool, std::move(work)); }

Workers::Timer Workers::At(std::chrono::steady_clock::time_point time, std::function<void()> work) {
  auto timer = std::make_shared<boost::asio::steady_timer>(impl_->pool, time);
  timer->async_wait([work = std::move(work)](const boost::system::error_code& cancelled) {
    if (!cancelled) work();
  });
  return timer;
}

}  // namespace guanxi::service
