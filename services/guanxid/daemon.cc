#include "guanxid/daemon.h"

#include <absl/strings/str_cat.h>
#include <google/protobuf/stubs/logging.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <thread>

#include "grpc/health/v1/health.pb.h"
#include "guanxid/account_service.h"
#include "guanxid/admin_service.h"
#include "guanxid/audit_service.h"
#include "guanxid/derived_topics.h"
#include "guanxid/event_message.h"
#include "guanxid/event_service.h"
#include "guanxid/head_publisher.h"
#include "guanxid/head_signer.h"
#include "guanxid/http_server.h"
#include "guanxid/ingress.h"
#include "guanxid/kafka_metrics.h"
#include "guanxid/kafka_settings.h"
#include "guanxid/policy_service.h"
#include "guanxid/portfolio_service.h"
#include "rpc/pem.h"

namespace guanxi::service {
namespace {

constexpr int kMessageBytesMax = 8 << 20;
constexpr int kStreamsPerConnectionMax = 1000;  // more of one client wait at the client
constexpr size_t kMib = 1 << 20;
constexpr size_t kRebuildsAtOnce = 2;

Timestamp WallClock() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

partition::ClusterOptions ClusterOptionsOf(const Config& config) {
  partition::ClusterOptions options;
  options.data_directory = config.Text("data");
  options.settings.partitions = static_cast<uint32_t>(config.Number("partitions"));
  options.settings.utc_offset_minutes = config.UtcOffsetMinutes();
  options.settings_are_required = config.IsGiven("partitions") || config.IsGiven("utc_offset");
  options.cache_bytes = static_cast<size_t>(config.Number("cache_mib")) * kMib;
  options.memtable_bytes = static_cast<size_t>(config.Number("memtable_mib")) * kMib;
  options.overlay_bytes = static_cast<size_t>(config.Number("overlay_mib")) * kMib;
  options.checkpoint_records_max = static_cast<uint64_t>(config.Number("checkpoint_records"));
  options.account_cache_bytes = static_cast<size_t>(config.Number("account_cache_mib")) * kMib;
  options.hot_accounts_max = static_cast<size_t>(config.Number("hot_accounts"));
  options.queue_events_max = static_cast<size_t>(config.Number("queue_events"));
  options.commit_events_max = static_cast<size_t>(config.Number("commit_events"));
  for (codec::AdmissionRules& rules : options.admission)
    rules.future_tolerance = std::chrono::seconds(config.Number("future_tolerance_seconds"));
  options.wall_clock = config.Text("clock") == "wall";
  options.now = WallClock;
  return options;
}

std::filesystem::path HeadsFileOf(const Config& config) {
  if (!config.Text("heads_file").empty()) return config.Text("heads_file");
  return std::filesystem::path(config.Text("data")) / "heads.jsonl";
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) return absl::InvalidArgumentError(path + " is a directory");
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file || text.empty()) return absl::InvalidArgumentError("cannot read " + path);
  return text;
}

absl::Status CheckPair(const Config& config, const std::string& certificate, const std::string& key) {
  const std::string &cert_file = config.Text("tls_cert"), &key_file = config.Text("tls_key");
  if (!rpc::HoldsCertificate(certificate)) return absl::InvalidArgumentError("tls_cert: " + cert_file + " holds no certificate");
  if (!rpc::HoldsPrivateKey(key)) return absl::InvalidArgumentError("tls_key: " + key_file + " holds no private key without a password");
  if (rpc::AreAPair(certificate, key)) return absl::OkStatus();
  return absl::InvalidArgumentError("tls_key: " + key_file + " is not the key of the certificate " + cert_file);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsOf(const Config& config) {
  if (config.Text("tls_cert").empty()) return grpc::InsecureServerCredentials();
  const absl::StatusOr<std::string> certificate = ReadFile(config.Text("tls_cert"));
  if (!certificate.ok()) return certificate.status();
  const absl::StatusOr<std::string> key = ReadFile(config.Text("tls_key"));
  if (!key.ok()) return key.status();
  if (absl::Status pair = CheckPair(config, *certificate, *key); !pair.ok()) return pair;
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({*key, *certificate});
  if (!config.Text("tls_client_ca").empty()) {
    const absl::StatusOr<std::string> authorities = ReadFile(config.Text("tls_client_ca"));
    if (!authorities.ok()) return authorities.status();
    if (!rpc::HoldsCertificate(*authorities))
      return absl::InvalidArgumentError("tls_client_ca: " + config.Text("tls_client_ca") + " holds no certificate");
    options.pem_root_certs = *authorities;
    options.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }
  return grpc::SslServerCredentials(options);
}

}  // namespace

// Destroyed from the bottom up: whatever calls goes before what is called.
struct Daemon::Impl {
  // A log that was begun has had its file of keys: made anew, it would leave every person in the log unreadable, silently.
  absl::Status CheckKeysThere(const std::filesystem::path& directory) const {
    uint64_t records = 0;
    for (uint32_t p = 0; p < cluster->partitions(); ++p) records += cluster->ViewOf(PartitionId{p})->log_size;
    const std::string file = directory / "subject-keys";
    if (records == 0 || std::filesystem::exists(file)) return absl::OkStatus();
    return Refuse(
        Reason::STORE_CORRUPT,
        file + " is missing: without it the log's personal data cannot be read. Copy it back; an empty file in its place gives them up",
        {{"file", file}});
  }

  Metrics metrics;
  std::unique_ptr<privacy::KeyStore> keys;
  std::unique_ptr<intake::KafkaIntake> kafka;
  KafkaMetrics kafka_metrics;
  std::unique_ptr<partition::Cluster> cluster;
  std::unique_ptr<HeadSigner> signer;
  std::unique_ptr<HeadPublisher> heads;
  std::unique_ptr<CommitHub> commits;
  std::unique_ptr<Workers> workers, rebuilds;
  std::unique_ptr<FreshReads> reads;
  std::shared_ptr<TailHub> tails;
  std::unique_ptr<RecentEvents> recent;
  std::unique_ptr<Node> node;
  std::unique_ptr<DerivedTopics> derived;
  std::unique_ptr<Ingress> ingress;

  std::unique_ptr<EventServiceHandler> events;
  std::unique_ptr<AccountServiceHandler> accounts;
  std::unique_ptr<PolicyServiceHandler> policies;
  std::unique_ptr<PortfolioServiceHandler> portfolio;
  std::unique_ptr<AuditServiceHandler> audit;
  std::unique_ptr<AdminServiceHandler> admin;
  std::unique_ptr<grpc::Server> server;
  std::unique_ptr<HttpServer> http;

  std::string grpc_address;
  std::chrono::seconds drain{};
  std::atomic<bool> stopping{false};

  // However far it came: readers of Kafka use the cluster.
  ~Impl() { Stop(); }

  absl::Status Open(const Config& config) {
    drain = std::chrono::seconds(config.Number("drain_seconds"));
    partition::ClusterOptions options = ClusterOptionsOf(config);
    // The keys lie in the cluster's directory: they are opened once it is ours.
    options.same_sealed_body = [this](const codec::RecordView& stored, const codec::RecordView& offered) {
      return keys != nullptr && SameUnsealed(stored, offered, *keys);
    };
    if (config.UsesKafka()) {
      absl::StatusOr<std::unique_ptr<intake::KafkaIntake>> source = OpenKafka(config, options);
      if (!source.ok()) return source.status();
      kafka = *std::move(source);
    }
    absl::StatusOr<std::unique_ptr<partition::Cluster>> opened = partition::Cluster::Open(std::move(options));
    if (!opened.ok()) return opened.status();
    cluster = *std::move(opened);
    const auto key_directory = std::filesystem::path(config.Text("data")) / "keys";
    if (absl::Status there = CheckKeysThere(key_directory); !there.ok()) return there;
    absl::StatusOr<std::unique_ptr<privacy::KeyStore>> key_store = privacy::KeyStore::Open(key_directory);
    if (!key_store.ok()) return key_store.status();
    keys = *std::move(key_store);
    if (absl::Status heads_opened = OpenHeads(config); !heads_opened.ok()) return heads_opened;
    commits = std::make_unique<CommitHub>(*cluster);
    workers = std::make_unique<Workers>(static_cast<size_t>(config.Number("workers")));
    rebuilds = std::make_unique<Workers>(kRebuildsAtOnce);
    reads = std::make_unique<FreshReads>(*cluster, *commits, *workers);
    tails = TailHub::Make(*commits, *workers, std::chrono::milliseconds(config.Number("subscribe_interval_ms")));
    recent = std::make_unique<RecentEvents>(cluster->partitions(), *keys);
    node = std::make_unique<Node>(Node{*cluster, *keys, metrics, *commits, *workers, *rebuilds, *reads, *tails, *recent, kafka.get()});
    return kafka == nullptr ? absl::OkStatus() : StartKafka(config);
  }

  absl::Status StartKafka(const Config& config) {
    kafka->Start(*cluster);
    const absl::StatusOr<intake::KafkaIntakeOptions> options = KafkaOptionsOf(config);
    if (!options.ok()) return options.status();
    if (const std::string& prefix = config.Text("kafka_derived_prefix"); !prefix.empty())
      derived = std::make_unique<DerivedTopics>(*cluster, *commits, DerivedTopics::Options{options->connection, prefix, options->topic});
    if (const std::string& topic = config.Text("kafka_ingress_topic"); !topic.empty())
      ingress = std::make_unique<Ingress>(*cluster, *kafka, *keys, Ingress::Options{options->connection, topic, options->topic});
    return absl::OkStatus();
  }

  absl::Status OpenHeads(const Config& config) {
    absl::StatusOr<std::unique_ptr<HeadSigner>> opened =
        HeadSigner::Open(std::filesystem::path(config.Text("data")) / "signing", cluster->settings().log_epoch, WallClock);
    if (!opened.ok()) return opened.status();
    signer = *std::move(opened);
    const std::chrono::seconds interval(config.Number("heads_interval_seconds"));
    absl::StatusOr<std::unique_ptr<HeadPublisher>> started = HeadPublisher::Start(HeadsFileOf(config), interval, *cluster, *signer);
    if (!started.ok()) return started.status();
    heads = *std::move(started);
    return absl::OkStatus();
  }

  void MakeHandlers() {
    events = std::make_unique<EventServiceHandler>(*node);
    accounts = std::make_unique<AccountServiceHandler>(*node);
    policies = std::make_unique<PolicyServiceHandler>(*node);
    portfolio = std::make_unique<PortfolioServiceHandler>(*node);
    audit = std::make_unique<AuditServiceHandler>(*node, *signer);
    admin = std::make_unique<AdminServiceHandler>(*node);
  }

  absl::Status Listen(const Config& config) {
    absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials = CredentialsOf(config);
    if (!credentials.ok()) return credentials.status();
    grpc::EnableDefaultHealthCheckService(true);
    // gRPC's health service is listed by reflection, but only a linked-in descriptor can be shown.
    google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    MakeHandlers();
    const std::string& address = config.Text("listen");
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, *credentials, &port);
    // Two processes on one port would share the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.SetMaxReceiveMessageSize(kMessageBytesMax);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
    grpc::ResourceQuota quota("guanxid");
    builder.SetResourceQuota(quota.Resize(static_cast<size_t>(config.Number("rpc_memory_mib")) * kMib));
    for (grpc::Service* service : {static_cast<grpc::Service*>(events.get()), static_cast<grpc::Service*>(accounts.get()),
                                   static_cast<grpc::Service*>(policies.get()), static_cast<grpc::Service*>(portfolio.get()),
                                   static_cast<grpc::Service*>(audit.get()), static_cast<grpc::Service*>(admin.get())}) {
      builder.RegisterService(service);
    }
    server = builder.BuildAndStart();
    if (server == nullptr || port == 0)
      return absl::UnavailableError("cannot listen on " + address +
                                    ": another process listens there, or it is no address of this machine; --listen takes another");
    // Who asks for one service's health, as Kubernetes may, is told.
    for (const char* name :
         {v1::EventService::service_full_name(), v1::AccountService::service_full_name(), v1::PolicyService::service_full_name(),
          v1::PortfolioService::service_full_name(), v1::AuditService::service_full_name(), v1::AdminService::service_full_name()})
      server->GetHealthCheckService()->SetServingStatus(name, true);
    grpc_address = absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
    return absl::OkStatus();
  }

  // Why it is not ready; empty when it is.
  std::string Troubles() const {
    std::string troubles = stopping ? "stopping\n" : "";
    for (uint32_t p = 0; p < cluster->partitions(); ++p)
      if (!cluster->StatusOf(PartitionId{p}).accepts_writes) troubles += "partition " + std::to_string(p) + " cannot write\n";
    if (kafka != nullptr) troubles += KafkaTroubles(*kafka, cluster->partitions());
    if (ingress != nullptr) troubles += TroubleOf("ingress", ingress->status());
    return troubles;
  }

  std::optional<absl::Status> Telling() const { return derived == nullptr ? std::nullopt : std::optional(derived->status()); }

  HttpAnswer AnswerHttp(const std::string& path) {
    if (path == "/metrics") {
      std::string text = metrics.Text(*cluster) + heads->MetricsText();
      if (kafka != nullptr) text += kafka_metrics.Text(*kafka, cluster->partitions(), Telling());
      return {200, "text/plain; version=0.0.4; charset=utf-8", text};
    }
    if (path == "/healthz") return {200, "text/plain; charset=utf-8", "alive\n"};
    if (path == "/readyz") {
      const std::string troubles = Troubles();
      return troubles.empty() ? HttpAnswer{200, "text/plain; charset=utf-8", "ready\n"}
                              : HttpAnswer{503, "text/plain; charset=utf-8", "not ready\n" + troubles};
    }
    return {404, "text/plain; charset=utf-8", "/metrics, /healthz, /readyz\n"};
  }

  absl::Status ListenHttp(const Config& config) {
    absl::StatusOr<std::unique_ptr<HttpServer>> started =
        HttpServer::Start(config.Text("http"), [this](const std::string& path) { return AnswerHttp(path); });
    if (!started.ok()) return started.status();
    http = *std::move(started);
    return absl::OkStatus();
  }

  void Stop() {
    if (stopping.exchange(true)) return;
    if (derived != nullptr) derived->AskToStop();
    if (ingress != nullptr) ingress->AskToStop();
    // Calls that wait for the brokers end with the drain, whatever these do.
    std::promise<void> drained;
    std::thread ending([this, over = drained.get_future()] {
      over.wait_for(drain);
      if (kafka != nullptr) kafka->Stop();
    });
    if (server != nullptr) {
      if (server->GetHealthCheckService() != nullptr) server->GetHealthCheckService()->SetServingStatus(false);
      commits->Stop();
      server->Shutdown(std::chrono::system_clock::now() + drain);
      server->Wait();
    }
    drained.set_value();
    http.reset();
    derived.reset();
    ending.join();
    // What it waits for was answered by that.
    ingress.reset();
  }
};

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(const Config& config) {
  // Its lines may quote what clients sent.
  google::protobuf::SetLogHandler(nullptr);
  auto impl = std::make_unique<Impl>();
  if (absl::Status opened = impl->Open(config); !opened.ok()) return opened;
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(impl)));
  if (absl::Status listening = daemon->impl_->Listen(config); !listening.ok()) return listening;
  if (absl::Status listening = daemon->impl_->ListenHttp(config); !listening.ok()) return listening;
  return daemon;
}

Daemon::Daemon(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Daemon::~Daemon() = default;
const std::string& Daemon::grpc_address() const { return impl_->grpc_address; }
const std::string& Daemon::http_address() const { return impl_->http->address(); }
void Daemon::Stop() { impl_->Stop(); }

}  // namespace guanxi::service
