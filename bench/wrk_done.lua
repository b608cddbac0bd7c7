-- The figures of a run as one JSON object in the last line.
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"per_second": %.2f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
