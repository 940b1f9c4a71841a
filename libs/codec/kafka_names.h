// Internal to codec: what the reader and the writer of Kafka records share.
#pragma once

#include <string_view>

namespace guanxi::codec::kafka {

// CloudEvents' Kafka protocol binding: attribute `id` is header `ce_id`.
inline constexpr std::string_view kPrefix = "ce_";
inline constexpr std::string_view kContentTypeHeader = "content-type";
inline constexpr std::string_view kStructuredContentType = "application/cloudevents+json";

}  // namespace guanxi::codec::kafka
