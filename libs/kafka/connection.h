// kafka: the only library that knows librdkafka. Topics made and described,
// records read from a partition's offset on, records produced once each with
// a report. Knows nothing of events.
//
// All errors are base/reason.h's: SOURCE_UNAVAILABLE for whatever may pass by
// itself or by the operator's doing (metadata `error` is librdkafka's name of
// it), TOPIC_MISSING.
#pragma once

#include <map>
#include <string>

namespace guanxi::kafka {

// How to reach a cluster. A value.
struct Connection {
  // "host:port,host:port": some of the brokers.
  std::string brokers;
  // librdkafka's own keys for what it needs besides: security.protocol,
  // sasl.mechanism, sasl.username, sasl.password, ssl.ca.location ...
  std::map<std::string, std::string> properties;
};

// Of librdkafka.
std::string ClientVersion();

}  // namespace guanxi::kafka
