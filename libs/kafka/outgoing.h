// One record handed to librdkafka; of this library's sources only.
#pragma once

#include "kafka/handle.h"
#include "kafka/producer.h"

namespace guanxi::kafka {

// Copies the record; `opaque` comes back with its report when there was no error.
rd_kafka_resp_err_t Produce(rd_kafka_t* handle, const std::string& topic, const OutgoingRecord& record, void* opaque);

}  // namespace guanxi::kafka
