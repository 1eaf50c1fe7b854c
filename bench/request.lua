-- Copyright 2026 oauth_provider contributors
-- License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
-- Sends the request that a file describes. Where it has values, each is used once:
-- %s in the body becomes the next one of them.
local described, lines, threads = nil, nil, {}

function setup(thread)
   table.insert(threads, thread)
end

function init(arguments)
   described = dofile(arguments[1])
   failures = 0
   if described.values ~= "" then
      lines = io.lines(described.values)
   end
   plain = wrk.format(
      described.method, described.path, described.headers, described.body
   )
end

function request()
   if not lines then
      return plain
   end
   local value = lines()
   if not value then
      -- Counted as failures: the server refuses it
      value = "none-left"
      lines = function() return "none-left" end
   end
   local body = string.gsub(described.body, "%%s", value)
   return wrk.format(described.method, described.path, described.headers, body)
end

function response(status)
   if status < 200 or status > 299 then
      failures = failures + 1
   end
end

function done(summary, latency)
   local errors = summary.errors
   local failed = errors.connect + errors.read + errors.write + errors.timeout
   for _, thread in ipairs(threads) do
      failed = failed + thread:get("failures")
   end
   print(string.format(
      'FIGURES {"requests": %d, "microseconds": %d, "failures": %d,'
         .. ' "p50": %d, "p99": %d}',
      summary.requests, summary.duration, failed,
      latency:percentile(50), latency:percentile(99)
   ))
end
