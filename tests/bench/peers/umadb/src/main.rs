//! A closed loop of conditional appends to UmaDB, through its own client.
//!
//!   umadb-load URL CLIENTS BATCH ACCOUNTS PAYLOAD_BYTES SECONDS
//!
//! Each client has its own accounts, takes them in turn and appends BATCH events of one of them, on the condition
//! that nobody else appended to that account since: what `expected_version` says to guanxi. At most 8 connections,
//! as the benchmark's client of guanxi has. Prints: events appended in all, warm-up included; events per second,
//! p50 and p99 of a call in microseconds, after a warm-up of a tenth of the time.
use std::sync::Arc;
use std::time::{Duration, Instant};
use umadb_client::{AsyncUmaDbClient, UmaDbClient};
use umadb_dcb::{DcbAppendCondition, DcbError, DcbEvent, DcbEventStoreAsync, DcbQuery, DcbQueryItem};
use uuid::Uuid;

const CONNECTIONS_MAX: usize = 8;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Clone, Copy)]
struct Load {
    clients: usize,
    batch: usize,
    accounts: usize,
    payload_bytes: usize,
    warm: Instant,
    end: Instant,
}

struct Outcome {
    calls: usize,
    micros: Vec<f64>,
}

async fn connect(url: &str) -> Result<Arc<AsyncUmaDbClient>, Failure> {
    let mut tries = 0;
    loop {
        match UmaDbClient::new(url.to_string()).connect_async().await {
            Ok(client) => return Ok(Arc::new(client)),
            Err(error) if tries == 50 => return Err(error.into()),
            Err(_) => tries += 1,
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn run_client(db: Arc<AsyncUmaDbClient>, load: Load, run: String, client: usize) -> Result<Outcome, DcbError> {
    let mine = (load.accounts / load.clients).max(1);
    let mut last = vec![db.head().await?; mine];
    let mut outcome = Outcome { calls: 0, micros: Vec::new() };
    for n in 0.. {
        let tag = format!("account:{run}-{:07}", (n % mine) * load.clients + client);
        let event = || DcbEvent::new().event_type("OrderPlaced").tags([&tag]).data(vec![b'x'; load.payload_bytes]).uuid(Uuid::new_v4());
        let events: Vec<_> = (0..load.batch).map(|_| event()).collect();
        let query = DcbQuery::new().item(DcbQueryItem::new().tags([&tag]));
        let condition = DcbAppendCondition::new(query).after(last[n % mine]);
        let asked = Instant::now();
        last[n % mine] = Some(db.append(events, Some(condition), None).await?);
        let answered = Instant::now();
        outcome.calls += 1;
        if asked >= load.warm && answered < load.end {
            outcome.micros.push((answered - asked).as_secs_f64() * 1e6);
        }
        if answered >= load.end {
            break;
        }
    }
    Ok(outcome)
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, clients, batch, accounts, payload_bytes, seconds] = words.as_slice() else {
        return Err("usage: umadb-load URL CLIENTS BATCH ACCOUNTS PAYLOAD_BYTES SECONDS".into());
    };
    let (clients, batch, seconds): (usize, usize, f64) = (clients.parse()?, batch.parse()?, seconds.parse()?);
    let mut connections = Vec::new();
    for _ in 0..clients.min(CONNECTIONS_MAX) {
        connections.push(connect(url).await?);
    }
    let warm = Instant::now() + Duration::from_secs_f64(seconds / 10.0);
    let end = warm + Duration::from_secs_f64(seconds);
    let load = Load { clients, batch, accounts: accounts.parse()?, payload_bytes: payload_bytes.parse()?, warm, end };
    let run = Uuid::new_v4().simple().to_string()[..6].to_string();
    let tasks: Vec<_> = (0..clients)
        .map(|client| tokio::spawn(run_client(connections[client % connections.len()].clone(), load, run.clone(), client)))
        .collect();
    let (mut calls, mut micros) = (0, Vec::new());
    for task in tasks {
        let outcome = task.await??;
        calls += outcome.calls;
        micros.extend(outcome.micros);
    }
    micros.sort_by(f64::total_cmp);
    let at = |share: f64| micros.get((micros.len() as f64 * share) as usize).copied().unwrap_or(0.0);
    let per_second = (micros.len() * batch) as f64 / seconds;
    println!("{} {per_second:.0} {:.1} {:.1}", calls * batch, at(0.5), at(0.99));
    Ok(())
}
