-- Sends the requests of a file, one a line: the address's path, a tab, the body of a POST.
local requests, last = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local path, body = line:match("^(.-)\t(.*)$")
    if body == "" then
      requests[#requests + 1] = wrk.format("GET", path)
    else
      requests[#requests + 1] =
        wrk.format("POST", path, { ["Content-Type"] = "application/json" }, body)
    end
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format("\n{\"requests\": %d, \"seconds\": %f, \"failed\": %d, ",
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
  io.write(string.format("\"p50_ms\": %f, \"p99_ms\": %f}\n",
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
