import { createHash } from 'node:crypto'

/** A Lua script, which Redis runs as one atomic step. All its keys are in one slot of a cluster. */
export interface Script {
  lua: string
  sha: string
}

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

// A script whose first write Redis refuses for lack of memory has changed nothing; after that write it is let through.
// So what may grow comes first, and DEL first only where all is to be let go.

/** Of a moment: later ones are larger, also after Redis has lost what it knew. */
const stamp = `
local function stamp()
  local time = redis.call('TIME')
  return time[1] .. string.format('%06d', time[2])
end`

/**
 * Takes a call: KEYS entry; ARGV generation, time to live, then for each step its last attempt and the final result that
 * it leaves, or ''. An entry of an older generation starts anew; of a newer one nothing is done but to tell.
 */
export const takeScript = script(`
local known = redis.call('HGET', KEYS[1], 'g') or '0'
if tonumber(known) > tonumber(ARGV[1]) then return {known} end
if tonumber(known) < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'g', ARGV[1], 'a', 0)
  redis.call('HDEL', KEYS[1], 'f')
end
local attempts = redis.call('HINCRBY', KEYS[1], 'a', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local final = redis.call('HGET', KEYS[1], 'f')
if final then return {known, attempts, final} end
local given = ''
for i = 3, #ARGV, 2 do
  given = ARGV[i + 1]
  if attempts <= tonumber(ARGV[i]) then break end
end
if given ~= '' then redis.call('HSET', KEYS[1], 'f', given) end
return {known, attempts}`)

/** KEYS entry; ARGV generation. Returns whether it was known. */
export const forgetScript = script(`
local known = redis.call('HMGET', KEYS[1], 'g', 'a')
redis.call('DEL', KEYS[1])
return known[2] and (known[1] or '0') == ARGV[1] and 1 or 0`)

/** Counts a hit. KEYS meta, hits; ARGV generation, rule, time to live. Returns generation and version of the rules. */
export const tallyScript = script(`
local meta = redis.call('HMGET', KEYS[1], 'g', 'v')
local generation = meta[1] or '0'
if generation == ARGV[1] and redis.call('HINCRBY', KEYS[2], ARGV[2], 1) == 1 then
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
return {generation, meta[2] or '0'}`)

/** KEYS meta, rules, order. Returns generation, version, and the rules. */
export const rulesScript = script(`
local meta = redis.call('HMGET', KEYS[1], 'g', 'v')
local found = {meta[1] or '0', meta[2] or '0'}
for _, name in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
  found[#found + 1] = redis.call('HGET', KEYS[2], name)
end
return found`)

/** KEYS meta, rules, order; ARGV channel, message, time to live, that of meta, then names and rules. */
export const addRulesScript = script(`${stamp}
local taken = {}
local seen = {}
for i = 5, #ARGV, 2 do
  if seen[ARGV[i]] or redis.call('HEXISTS', KEYS[2], ARGV[i]) == 1 then taken[#taken + 1] = (i - 5) / 2 end
  seen[ARGV[i]] = true
end
if #taken > 0 then return taken end
for i = #ARGV - 1, 5, -2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call('LPUSH', KEYS[3], ARGV[i])
end
redis.call('HSET', KEYS[1], 'v', stamp())
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[3], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return taken`)

/** KEYS meta, rules, order, hits; ARGV channel, message, then names. Returns how many there were. */
export const removeRulesScript = script(`${stamp}
local removed = 0
for i = 3, #ARGV do
  removed = removed + redis.call('HDEL', KEYS[2], ARGV[i])
  redis.call('LREM', KEYS[3], 1, ARGV[i])
  redis.call('HDEL', KEYS[4], 'runtime/' .. ARGV[i])
end
if removed > 0 then
  redis.call('HSET', KEYS[1], 'v', stamp())
  redis.call('PUBLISH', ARGV[1], ARGV[2])
end
return removed`)

/** KEYS meta, rules, order, hits; ARGV channel, message. */
export const removeAllRulesScript = script(`${stamp}
for _, name in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do redis.call('HDEL', KEYS[4], 'runtime/' .. name) end
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('HSET', KEYS[1], 'v', stamp())
redis.call('PUBLISH', ARGV[1], ARGV[2])`)

/** KEYS meta, rules, order, hits, journal; ARGV channel, message, time to live of meta. The ids of the journal go on. */
export const resetScript = script(`${stamp}
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
local now = stamp()
redis.call('HSET', KEYS[1], 'g', now, 'v', now, 'b', 0, 'x', 0)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[1], ARGV[2])`)

/** Where an entry of the ledger is newer than what is known of its namespace: KEYS meta; ARGV generation. */
export const raiseScript = script(`
if tonumber(redis.call('HGET', KEYS[1], 'g') or '0') < tonumber(ARGV[1]) then
  redis.call('HSET', KEYS[1], 'g', ARGV[1])
end`)

/** KEYS meta, journal; ARGV entry, most entries, most bytes, time to live, that of meta, channel. */
export const appendScript = script(`
local id = redis.call('HINCRBY', KEYS[1], 'i', 1)
if id == 1 then redis.call('DEL', KEYS[2]) end
redis.call('XADD', KEYS[2], id .. '-0', 'e', ARGV[1])
local entries = redis.call('XLEN', KEYS[2])
if entries == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  redis.call('PEXPIRE', KEYS[2], ARGV[4])
end
local bytes = redis.call('HINCRBY', KEYS[1], 'b', #ARGV[1])
local freed = 0
local evicted = 0
while entries > tonumber(ARGV[2]) or (bytes - freed > tonumber(ARGV[3]) and entries > 1) do
  local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  redis.call('XDEL', KEYS[2], oldest[1])
  freed = freed + #oldest[2][2]
  entries = entries - 1
  evicted = evicted + 1
end
if evicted > 0 then
  redis.call('HINCRBY', KEYS[1], 'b', -freed)
  redis.call('HINCRBY', KEYS[1], 'x', evicted)
end
redis.call('PUBLISH', ARGV[6], id)`)

/** KEYS meta, journal. Returns entries, bytes and how many were evicted. */
export const journalSizeScript = script(`
local meta = redis.call('HMGET', KEYS[1], 'b', 'x')
return {redis.call('XLEN', KEYS[2]), tonumber(meta[1] or 0), tonumber(meta[2] or 0)}`)

/** KEYS meta, journal. */
export const clearJournalScript = script(`
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[1], 'b', 0, 'x', 0)`)

/** Notes that a namespace is used: KEYS namespaces; ARGV namespace, how many at most, time to live. Returns who leaves. */
export const touchScript = script(`
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] + time[2] / 1000000, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local leaving = {}
while redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[2]) do
  leaving[#leaving + 1] = redis.call('ZPOPMIN', KEYS[1])[1]
end
return leaving`)

/** Lets what a namespace holds live on: KEYS meta, others; ARGV time to live of meta, of the others. */
export const keepScript = script(`
redis.call('PEXPIRE', KEYS[1], ARGV[1])
for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end`)
