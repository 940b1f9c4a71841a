#include "guanxid/http_server.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <thread>

namespace guanxi::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Answerer = std::function<HttpAnswer(const std::string&)>;

constexpr std::chrono::seconds kConnectionTimeout{10};
// More of them wait at the system: they must not take the files that the store needs.
constexpr size_t kConnectionsMax = 100;
constexpr std::chrono::milliseconds kAcceptAgainAfter{50};

// One request and its answer; then the connection closes.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // open: the number of connections, of this one too while it is there.
  Connection(tcp::socket socket, const Answerer& answer, std::shared_ptr<size_t> open)
      : stream_(std::move(socket)), answer_(answer), open_(std::move(open)) {
    ++*open_;
  }
  ~Connection() { --*open_; }

  void Run() {
    stream_.expires_after(kConnectionTimeout);
    http::async_read(stream_, buffer_, request_, [self = shared_from_this()](beast::error_code error, size_t) {
      if (!error) self->Reply();
    });
  }

 private:
  void Reply() {
    HttpAnswer answer{405, "text/plain; charset=utf-8", "only GET\n"};
    if (request_.method() == http::verb::get) answer = answer_(std::string(request_.target().data(), request_.target().size()));
    response_.version(request_.version());
    response_.result(static_cast<unsigned>(answer.status));
    response_.set(http::field::content_type, answer.content_type);
    response_.keep_alive(false);
    response_.body() = std::move(answer.body);
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code, size_t) {
      beast::error_code ignored;
      self->stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    });
  }

  beast::tcp_stream stream_;
  const Answerer& answer_;
  const std::shared_ptr<size_t> open_;
  beast::flat_buffer buffer_;
  http::request<http::empty_body> request_;
  http::response<http::string_body> response_;
};

absl::StatusOr<tcp::endpoint> ParseAddress(const std::string& text) {
  const size_t colon = text.rfind(':');
  uint16_t port = 0;
  const char* const end = text.data() + text.size();
  if (colon == std::string::npos || std::from_chars(text.data() + colon + 1, end, port).ptr != end || colon + 1 == text.size()) {
    return absl::InvalidArgumentError("http: no port in " + text);
  }
  std::string host = text.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  beast::error_code error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (error) return absl::InvalidArgumentError("http: no address in " + text);
  return tcp::endpoint(address, port);
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(Answerer a) : acceptor(context), again(context), answer(std::move(a)) {}

  void Accept() {
    if (*open >= kConnectionsMax) return AcceptLater();
    acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error == asio::error::operation_aborted) return;
      if (error) return AcceptLater();
      std::make_shared<Connection>(std::move(socket), answer, open)->Run();
      Accept();
    });
  }
  void AcceptLater() {
    again.expires_after(kAcceptAgainAfter);
    again.async_wait([this](beast::error_code cancelled) {
      if (!cancelled) Accept();
    });
  }

  beast::error_code Listen(const tcp::endpoint& endpoint) {
    beast::error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

  asio::io_context context{1};
  tcp::acceptor acceptor;
  asio::steady_timer again;
  const std::shared_ptr<size_t> open = std::make_shared<size_t>(0);
  Answerer answer;
  std::string address;
  std::thread thread;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address, Answerer answer) {
  const absl::StatusOr<tcp::endpoint> endpoint = ParseAddress(address);
  if (!endpoint.ok()) return endpoint.status();
  auto impl = std::make_unique<Impl>(std::move(answer));
  if (const beast::error_code error = impl->Listen(*endpoint))
    return absl::UnavailableError("http: " + address + ": " + error.message() + "; --http takes another address");
  const tcp::endpoint bound = impl->acceptor.local_endpoint();
  impl->address = address.substr(0, address.rfind(':')) + ":" + std::to_string(bound.port());
  impl->Accept();
  impl->thread = std::thread([running = impl.get()] { running->context.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() {
  impl_->context.stop();
  impl_->thread.join();
}
const std::string& HttpServer::address() const { return impl_->address; }

}  // namespace guanxi::service
