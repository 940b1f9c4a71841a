#include "kafka/outgoing.h"

namespace guanxi::kafka {
namespace {

rd_kafka_headers_t* HeadersOf(const std::vector<Header>& headers) {
  rd_kafka_headers_t* const list = rd_kafka_headers_new(headers.size());
  for (const Header& header : headers)
    rd_kafka_header_add(list, header.name.data(), static_cast<ssize_t>(header.name.size()), header.value ? header.value->data() : nullptr,
                        header.value ? static_cast<ssize_t>(header.value->size()) : 0);
  return list;
}

// An empty text is not a null one: librdkafka tells them by the pointer.
const char* PointerOf(const std::optional<std::string_view>& text) {
  if (!text) return nullptr;
  return text->empty() ? "" : text->data();
}

}  // namespace

rd_kafka_resp_err_t Produce(rd_kafka_t* handle, const std::string& topic, const OutgoingRecord& record, void* opaque) {
  rd_kafka_headers_t* const headers = HeadersOf(record.headers);
  const char* const key = PointerOf(record.key);
  const size_t key_bytes = record.key ? record.key->size() : 0;
  const auto error =
      rd_kafka_producev(handle, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(static_cast<int32_t>(record.partition)),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_bytes),
                        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()), RD_KAFKA_V_HEADERS(headers),
                        RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(headers);
  return error;
}

}  // namespace guanxi::kafka
