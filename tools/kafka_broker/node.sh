# One node of tools/kafka: its jars, configuration, process and certificates. Uses dir, port, nodes, sasl, tls, heap, brief.
# shellcheck shell=bash disable=SC2154

version=4.1.2
jars=${XDG_CACHE_HOME:-$HOME/.cache}/guanxi/kafka-$version-$(sha256sum <"$here/kafka_broker/pom.xml" | cut -c1-8)
# Node n listens at port + kind + n, but for the first listener, which begins at the port itself.
plain_ports=-1 controller_ports=9 sasl_ports=19 tls_ports=29 sasl_tls_ports=39

fetch() {
  [ ! -e "$jars/done" ] || return 0
  mkdir -p "$jars"
  exec {fetching}>"$jars.lock"
  flock $fetching
  if [ ! -e "$jars/done" ]; then
    say "fetching version $version with Maven: 45 MB, once"
    mvn -q -B -f "$here/kafka_broker/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$jars" >&2 || fail "Maven did not bring the jars"
    touch "$jars/done"
    say "kept in $jars"
  fi
  exec {fetching}>&-
}

# The process that the pid file names runs and is this node.
alive() {
  local file=$dir/node-$1/pid
  [ -s "$file" ] && tr '\0' ' ' <"/proc/$(<"$file")/cmdline" 2>/dev/null | grep -qF "$dir/node-$1/server.properties"
}

answers() { python3 -B "$here/kafka_broker/answers.py" "127.0.0.1:$((port + plain_ports + $1))" 2>>"$dir/node-$1/log"; }
resident() { awk '/VmRSS/ { print int($2 / 1024) }' "/proc/$(<"$dir/node-$1/pid")/status"; }

addresses() { # KIND: host:port of every node, with commas
  local node list=()
  for ((node = 1; node <= nodes; node++)); do list+=("127.0.0.1:$((port + $1 + node))"); done
  (IFS=,; echo "${list[*]}")
}

properties() { # NODE
  local voters='' n replicas=$nodes in_sync=$((nodes / 2 + 1)) own=$dir/node-$1
  for ((n = 1; n <= nodes; n++)); do voters+=${voters:+,}$n@127.0.0.1:$((port + controller_ports + n)); done
  local shown=PLAIN://127.0.0.1:$((port + plain_ports + $1))
  [ -z "$sasl" ] || shown+=,SASL://127.0.0.1:$((port + sasl_ports + $1))
  [ -z "$tls" ] || shown+=,TLS://127.0.0.1:$((port + tls_ports + $1))
  [ "$sasl$tls" != yesyes ] || shown+=,SASLTLS://127.0.0.1:$((port + sasl_tls_ports + $1))
  cat <<P
process.roles=broker,controller
node.id=$1
controller.quorum.voters=$voters
listeners=$shown,CONTROLLER://127.0.0.1:$((port + controller_ports + $1))
advertised.listeners=$shown
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL,SASLTLS:SASL_SSL
log.dirs=$own/data
default.replication.factor=$replicas
min.insync.replicas=$in_sync
offsets.topic.replication.factor=$replicas
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$in_sync
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=$replicas
share.coordinator.state.topic.min.isr=$in_sync
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
unclean.leader.election.enable=false
log.message.timestamp.type=LogAppendTime
log.retention.hours=-1
message.max.bytes=16777216
P
  if [ -n "$sasl" ]; then sasl_properties sasl; fi
  if [ -n "$tls" ]; then tls_properties; fi
  if [ "$sasl$tls" = yesyes ]; then sasl_properties sasltls; fi
}

sasl_properties() { # LISTENER
  local prefix=listener.name.$1 jaas=org.apache.kafka.common.security password
  password=$(<"$dir/password")
  echo "$prefix.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"
  echo "$prefix.plain.sasl.jaas.config=$jaas.plain.PlainLoginModule required user_guanxi=\"$password\";"
  echo "$prefix.scram-sha-256.sasl.jaas.config=$jaas.scram.ScramLoginModule required;"
  echo "$prefix.scram-sha-512.sasl.jaas.config=$jaas.scram.ScramLoginModule required;"
}

tls_properties() {
  cat <<P
ssl.keystore.type=PEM
ssl.keystore.location=$dir/tls/server.keystore.pem
ssl.truststore.type=PEM
ssl.truststore.location=$dir/tls/ca.pem
ssl.client.auth=requested
P
}

java_with() { # HEAP OPTIONS … CLASS ARGUMENTS …
  local largest=$1
  shift
  java -Xmx"$largest" -XX:+UseSerialGC -Dlog4j2.configurationFile="$here/kafka_broker/log4j2.properties" -cp "$jars/*" "$@"
}

format_node() { # NODE: configuration; storage, unless it is there
  local own=$dir/node-$1 users=()
  mkdir -p "$own"
  (umask 077 && properties "$1" >"$own/server.properties")
  [ ! -e "$own/data/meta.properties" ] || return 0
  if [ -n "$sasl" ]; then
    users=(--add-scram "SCRAM-SHA-256=[name=guanxi,password=$(<"$dir/password")]"
           --add-scram "SCRAM-SHA-512=[name=guanxi,password=$(<"$dir/password")]")
  fi
  java_with 128m -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format -t "$(<"$dir/cluster_id")" -c "$own/server.properties" "${users[@]}" \
    >"$own/format.log" 2>&1 || { cat "$own/format.log" >&2; return 1; }
}

start_node() { # NODE
  local own=$dir/node-$1
  : >"$own/log"
  # A session of its own: Ctrl-C in the caller's terminal is not for it. Locks are not for it either.
  (exec {lock}>&- && exec setsid java -Xmx"$heap" ${brief:+-XX:TieredStopAtLevel=1} -XX:+UseSerialGC -Dlog4j2.configurationFile="$here/kafka_broker/log4j2.properties" \
    -cp "$jars/*" kafka.Kafka "$own/server.properties") >>"$own/log" 2>&1 </dev/null &
  echo $! >"$own/pid"
}

wait_for_node() { # NODE: at most two minutes, for a machine that compiles beside it
  local own=$dir/node-$1 waited
  for ((waited = 0; waited < 1200; waited++)); do
    if grep -q 'Kafka Server started' "$own/log"; then return 0; fi
    kill -0 "$(<"$own/pid")" 2>/dev/null || { tail -n 30 "$own/log" >&2; fail "node $1 ended"; }
    sleep 0.1
  done
  fail "node $1 has not started within two minutes, see $own/log"
}

wait_for_answer() { # NODE: a broker that just started beside a compiler may take long to say a word
  local tried
  for ((tried = 0; tried < 12; tried++)); do
    if answers "$1"; then return 0; fi
    sleep 0.5
  done
  fail "node $1 does not answer, see $dir/node-$1/log"
}

# With its fellows gone a controller waits long for a quorum that does not come back: it is then killed, which Kafka's log stands.
wait_for_end() { # NODE
  local process waited
  process=$(<"$dir/node-$1/pid")
  for ((waited = 0; waited < 150; waited++)); do
    kill -0 "$process" 2>/dev/null || break
    sleep 0.1
  done
  if kill -KILL "$process" 2>/dev/null; then say "node $1 was killed"; fi
  rm -f "$dir/node-$1/pid"
}

make_certificates() { # FOLDER
  (umask 077 && mkdir -p "$1" && cd "$1" && {
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=guanxi-kafka-ca -keyout ca.key -out ca.pem
    certificate server "$(printf 'subjectAltName=IP:127.0.0.1,DNS:localhost')"
    certificate client 'extendedKeyUsage=clientAuth'
    cat server.key server.pem >server.keystore.pem
  }) >"$dir/certificates.log" 2>&1 || { cat "$dir/certificates.log" >&2; fail "no certificates"; }
}

certificate() { # NAME EXTENSION
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile <(echo "$2") -out "$1.pem"
}
