-- POST /bookings by another guest each time, one room of a random hotel for one random night.
local hotels, days = tonumber(os.getenv("HOTELS")), tonumber(os.getenv("DAYS"))
local round, today = os.getenv("ROUND"), tonumber(os.getenv("TODAY"))
local tokens, number = {}, 0
local threads = {}
refused, failed = 0, 0 -- of this thread; global, for `done` asks for them

local function id(kind, n) return string.format("00000000-0000-7000-%d-%012d", 8000 + kind, n) end
local function address(n) return string.format("10.0.%d.%d", math.floor(n / 256), n % 256) end
local function date(ahead) return os.date("!%Y-%m-%d", today + 86400 * ahead) end

function setup(thread) table.insert(threads, thread) end

function init()
  math.randomseed(tonumber(round))
  for line in io.lines(os.getenv("TOKENS")) do table.insert(tokens, line) end
  number = math.random(#tokens)
end

function request()
  number = number + 1
  local guest = number % #tokens + 1
  local hotel, ahead = math.random(hotels), math.random(days)
  local body = string.format(
    '{"hotel_id":"%s","check_in":"%s","check_out":"%s","rooms":[{"room_type_id":"%s","rate_plan_id":"%s","adults":1,"children":[]}],'
    .. '"guest":{"name":"Ada Obi","email":"guest%d@example.com","phone":"+2348000000002"}}',
    id(3, hotel), date(ahead), date(ahead + 1), id(4, hotel), id(6, hotel), guest)
  return wrk.format("POST", nil, {
    ["Authorization"] = "Bearer " .. tokens[guest],
    ["X-Forwarded-For"] = address(guest),
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = round .. "-" .. number,
  }, body)
end

function response(status, _, body)
  if status == 409 and body:find('"room_taken"', 1, true) then
    refused = refused + 1
  elseif status ~= 201 then
    failed = failed + 1
    if failed <= 3 then io.stderr:write(status, " ", body, "\n") end
  end
end

function done(summary, latency)
  local refusals, failures, e = 0, 0, summary.errors
  for _, thread in ipairs(threads) do
    refusals, failures = refusals + thread:get("refused"), failures + thread:get("failed")
  end
  local made = summary.requests - refusals - failures
  io.write(string.format('{"per_second": %.2f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d, "refused": %d}\n',
    made / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    failures + e.connect + e.read + e.write + e.timeout, refusals))
end
