#include "guanxid/workers.h"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace guanxi::service {

struct Workers::Impl {
  explicit Impl(size_t threads) : pool(threads) {}
  boost::asio::thread_pool pool;
};

Workers::Workers(size_t threads) : impl_(std::make_unique<Impl>(threads)) {}
Workers::~Workers() { impl_->pool.join(); }
void Workers::Post(std::function<void()> work) { boost::asio::post(impl_->pool, std::move(work)); }

}  // namespace guanxi::service
