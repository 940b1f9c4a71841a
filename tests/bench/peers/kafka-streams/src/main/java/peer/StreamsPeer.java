package peer;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Folds the benchmark's topic with Kafka Streams, exactly once, into a persistent store with a changelog: of each account how many
 * orders, their sum, when the newest came, and a tier by thresholds of the sum. That is all it keeps: no log, no ids, no history.
 *
 * <p>Arguments: BOOTSTRAP TOPIC EVENTS STATE_DIRECTORY. Prints one line when the events are folded and their offsets committed:
 * {@code seconds=S cpu_seconds=C resident_mib=M}, from the start of the topology on, without that of the Java machine.
 */
public final class StreamsPeer {
  private static final String STORE = "accounts";
  private static final int THREADS = 2;
  private static final long WAIT_SECONDS = 900;

  // What works best here: larger polls, fetches and cache than the defaults, and commits each second instead of each 100 ms.
  private static final Map<String, Object> TUNED = Map.of(
      "statestore.cache.max.bytes", 64L << 20, "commit.interval.ms", 1000, "consumer.max.poll.records", 10_000,
      "consumer.max.partition.fetch.bytes", 4 << 20, "consumer.fetch.min.bytes", 64 << 10, "producer.compression.type", "lz4",
      "producer.batch.size", 256 << 10);

  record State(long orders, long sum, long newest, int tier) {
    static final State NONE = new State(0, 0, 0, 0);

    State with(long amount, long at) {
      long total = sum + amount;
      return new State(orders + 1, total, Math.max(newest, at), total < 100_000 ? 0 : total < 1_000_000 ? 1 : total < 10_000_000 ? 2 : 3);
    }
  }

  static Serde<State> stateSerde() {
    return Serdes.serdeFrom(
        (topic, s) -> s == null ? null : ByteBuffer.allocate(28).putLong(s.orders).putLong(s.sum).putLong(s.newest).putInt(s.tier).array(),
        (topic, bytes) -> {
          if (bytes == null) return null;
          ByteBuffer b = ByteBuffer.wrap(bytes);
          return new State(b.getLong(), b.getLong(), b.getLong(), b.getInt());
        });
  }

  /** The unit price of the order's line, in whole units: the one field of guanxi.event.v1.OrderPlaced that the fold needs. */
  static long amountOf(ByteBuffer order) {
    final int lines = 3, unitPrice = 4;
    long amount = 0;
    while (order.hasRemaining()) {
      long tag = varint(order);
      if ((tag & 7) != 2) {
        long value = varint(order);
        if (tag >>> 3 == unitPrice) amount = value / 1_000_000;
      } else {
        int size = (int) varint(order);
        if (tag >>> 3 == lines && size > 0) amount += amountOf(order.slice(order.position(), size));
        order.position(order.position() + size);
      }
    }
    return amount;
  }

  static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0;; shift += 7) {
      byte b = bytes.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) return value;
    }
  }

  static double cpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
  }

  static long residentMib() throws Exception {
    for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/self/status")))
      if (line.startsWith("VmRSS")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
    return 0;
  }

  static Map<TopicPartition, Long> endsOf(Admin admin, String topic) throws Exception {
    int partitions = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
    Map<TopicPartition, OffsetSpec> asked = java.util.stream.IntStream.range(0, partitions).boxed()
        .collect(Collectors.toMap(p -> new TopicPartition(topic, p), p -> OffsetSpec.latest()));
    return admin.listOffsets(asked).all().get().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().offset()));
  }

  static void waitForCommits(Admin admin, String application, Map<TopicPartition, Long> ends) throws Exception {
    for (;;) {
      Map<TopicPartition, OffsetAndMetadata> committed = admin.listConsumerGroupOffsets(application).partitionsToOffsetAndMetadata().get();
      if (ends.entrySet().stream().allMatch(e -> committed.get(e.getKey()) != null && committed.get(e.getKey()).offset() >= e.getValue())) return;
      Thread.sleep(20);
    }
  }

  public static void main(String[] arguments) throws Exception {
    String bootstrap = arguments[0], topic = arguments[1], application = "streams-peer-" + ProcessHandle.current().pid();
    long events = Long.parseLong(arguments[2]);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[3]);
    settings.put("consumer.auto.offset.reset", "earliest");
    settings.putAll(TUNED);

    AtomicLong folded = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(topic, Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
        .aggregate(() -> State.NONE, (account, order, state) -> {
          if (folded.incrementAndGet() == events) done.countDown();
          return state.with(amountOf(ByteBuffer.wrap(order)), System.currentTimeMillis());
        }, Materialized.<String, State, KeyValueStore<Bytes, byte[]>>as(STORE).withKeySerde(Serdes.String()).withValueSerde(stateSerde()));

    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap)); KafkaStreams streams = new KafkaStreams(builder.build(), settings)) {
      Map<TopicPartition, Long> ends = endsOf(admin, topic);
      double cpu = cpuSeconds();
      long began = System.nanoTime();
      streams.start();
      if (!done.await(WAIT_SECONDS, TimeUnit.SECONDS)) throw new IllegalStateException("folded " + folded + " of " + events);
      waitForCommits(admin, application, ends);
      System.out.printf(Locale.ROOT, "seconds=%.3f cpu_seconds=%.3f resident_mib=%d%n", (System.nanoTime() - began) / 1e9, cpuSeconds() - cpu, residentMib());
      System.out.flush();
    }
    Runtime.getRuntime().halt(0);
  }
}
