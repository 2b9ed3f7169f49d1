-- The client of the bench. Reads which calls to send from the file that MPP_SIM_BENCH_CALLS names; prints what came as JSON.
--
-- The file has the body's length that is expected, how many calls to send at most (0: as many as there is time for), a word
-- for the run, and then calls, each in its own lines: its length in bytes, then the request as it goes over the wire. `[id]`
-- in it stands for an id of its own: the word, the thread and a number, padded so that the Content-Length stays right.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init()
  local file = assert(io.open(os.getenv("MPP_SIM_BENCH_CALLS"), "rb"))
  expected = file:read("*n", "*l")
  most = file:read("*n")
  file:read("*l")
  word = file:read("*l")
  calls = {}
  while true do
    local length = file:read("*n")
    if length == nil then break end
    file:read("*l")
    local call = file:read(length)
    file:read("*l")
    local from, to = call:find("[id]", 1, true)
    if from ~= nil then
      table.insert(calls, { before = call:sub(1, from - 1), after = call:sub(to + 1) })
    else
      table.insert(calls, { whole = call })
    end
  end
  file:close()
  sent = 0
  answered = 0
  failed = 0
end

function request()
  sent = sent + 1
  local call = calls[(sent - 1) % #calls + 1]
  if call.whole ~= nil then return call.whole end
  return call.before .. string.format("%s-%02d-%010d", word, number, sent) .. call.after
end

function response(status, headers, body)
  answered = answered + 1
  if status ~= 200 or #body ~= expected then failed = failed + 1 end
  -- wrk itself sleeps for the whole duration, unless it is interrupted.
  if most > 0 and answered >= most then io.popen("kill -INT $PPID"):close() end
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  local answered = 0
  for _, thread in ipairs(threads) do
    failed = failed + thread:get("failed")
    answered = answered + thread:get("answered")
  end
  io.write(string.format('\n{"calls":%d,"seconds":%f,"failed":%d,"p50":%f,"p99":%f}\n',
    answered, summary.duration / 1e6, failed, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
