import { createHash } from 'node:crypto'

/** A Lua script, which Redis runs as one atomic step. All its keys are in one slot of a cluster. */
export interface Script {
  lua: string
  sha: string
}

function script(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') }
}

// Each script names its KEYS and ARGV in its first lines. keys.ts says what the fields of the hashes mean.
//
// If Redis is out of memory it refuses the first write of a script, and nothing has changed; later writes are allowed.
// So a write that may need memory comes first, and DEL comes first only in scripts that free memory.

/** A timestamp: later ones are larger, even after Redis has lost its data. */
const stamp = `
local function stamp()
  local time = redis.call('TIME')
  return time[1] .. string.format('%06d', time[2])
end`

/** A health check: does what needs the rights that other scripts need, and returns the mark of this store. */
export const probeScript = script(`
local probe, mark, fresh = KEYS[1], KEYS[2], ARGV[1]
redis.call('XADD', probe, 'MAXLEN', '1', '*', 'p', '1')
redis.call('PEXPIRE', probe, '60000')
local known = redis.call('GET', mark) or fresh
redis.call('SET', mark, known, 'PX', '2592000000')
return known`)

/** Begins each script of a ledger entry. One of an older generation starts anew; of a newer one it only tells. */
const open = `
local entry, generation = KEYS[1], ARGV[1]
local known = redis.call('HGET', entry, 'g') or '0'
if tonumber(known) > tonumber(generation) then return {known} end
if tonumber(known) < tonumber(generation) then
  redis.call('HSET', entry, 'g', generation, 'a', 0)
  redis.call('HDEL', entry, 'f', 't', 's', 'l')
end
local function keep(final, time)
  redis.call('HSET', entry, 'f', final)
  if time ~= '' then redis.call('HSET', entry, 't', time) end
end`

/** For so many ids of a payment forgetting one of them forgets all. */
const maxListed = 100

const list = `
local function list(id)
  local ids = cjson.decode(redis.call('HGET', entry, 'l') or '[]')
  if #ids >= ${maxListed} then return end
  ids[#ids + 1] = id
  redis.call('HSET', entry, 'l', cjson.encode(ids))
end`

/**
 * Takes calls, one for each key. Returns for each the generation, the attempts and, where there are such, the final result
 * from before and its time, or the id that has both; for an entry of a newer generation that alone.
 */
export const takeScript = script(`
local ttl, rules = ARGV[1], tonumber(ARGV[2])
local at = 3 -- from here on, for each rule: how many values follow; for each step its last attempt, and the final result that it leaves or ''
local first, last = {}, {}
for rule = 1, rules do
  first[rule] = at + 1
  last[rule] = at + tonumber(ARGV[at])
  at = last[rule] + 1
end
local function finalOf(rule, attempts)
  local given = ''
  for i = first[rule], last[rule], 2 do
    given = ARGV[i + 1]
    if attempts <= tonumber(ARGV[i]) then break end
  end
  return given
end
local function take(entry, generation, time, rule)
  local kept = redis.call('HMGET', entry, 'g', 'a', 'f', 't', 's', 'l')
  local known = kept[1] or '0'
  if tonumber(known) > tonumber(generation) then return {known} end
  local isOld = tonumber(known) < tonumber(generation)
  local attempts = isOld and 1 or tonumber(kept[2] or 0) + 1
  local isHeld = not isOld and (kept[3] or kept[5])
  local given = isHeld and '' or finalOf(rule, attempts)
  local fields = {'a', attempts}
  if isOld then
    fields[3], fields[4] = 'g', generation
  end
  if given ~= '' then
    fields[#fields + 1], fields[#fields + 2] = 'f', given
    if time ~= '' then fields[#fields + 1], fields[#fields + 2] = 't', time end
  end
  redis.call('HSET', entry, unpack(fields))
  if isOld and kept[2] then
    redis.call('HDEL', entry, 's', 'l')
    if given == '' then redis.call('HDEL', entry, 'f') end
    if given == '' or time == '' then redis.call('HDEL', entry, 't') end
  end
  redis.call('PEXPIRE', entry, ttl)
  if isHeld then return {known, attempts, kept[3], kept[4], kept[5]} end
  return {known, attempts}
end
local taken = {}
for i, entry in ipairs(KEYS) do
  local generation, time, rule = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]) -- for each key, after the rules
  taken[i] = take(entry, generation, time, rule)
  at = at + 3
end
return taken`)

/** Keeps a final result, unless it is '' or there is one. Returns the one from before and its time, or the id that has both. */
export const settleScript = script(`${open}
local ttl, time, given = ARGV[2], ARGV[3], ARGV[4]
local held = redis.call('HMGET', entry, 'f', 't', 's')
if not held[1] and not held[3] and given ~= '' then keep(given, time) end
redis.call('PEXPIRE', entry, ttl)
return {known, held[1], held[2], held[3]}`)

/**
 * Joins an entry to that of another id: gives it the final result of that, or makes that stand for it. Returns 0, and
 * does nothing, where it has a final result or another one stands for it by now.
 */
export const joinScript = script(`${open}${list}
local ttl, time, final, other = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local held = redis.call('HMGET', entry, 'f', 's')
if held[1] or held[2] then return {known, 0} end
if final ~= '' then keep(final, time) else redis.call('HSET', entry, 's', other) end
list(other)
redis.call('PEXPIRE', entry, ttl)
return {known, 1}`)

/** Lists an id that was joined to the entry. */
export const listScript = script(`${open}${list}
local ttl, other = ARGV[2], ARGV[3]
list(other)
redis.call('PEXPIRE', entry, ttl)
return {known, 1}`)

/** Forgets an entry. Returns whether it was known, and the ids that were joined to it, or it to them. */
export const forgetScript = script(`
local entry, generation = KEYS[1], ARGV[1]
local known = redis.call('HMGET', entry, 'g', 'a', 'l')
redis.call('DEL', entry)
if (known[1] or '0') ~= generation or not (known[2] or known[3]) then return {0} end
return {1, unpack(cjson.decode(known[3] or '[]'))}`)

/** Counts hits. Returns generation and version of the rules. */
export const tallyScript = script(`
local meta, hits = KEYS[1], KEYS[2]
local ttl = ARGV[1]
local first = 2 -- from here on: generation, rule and how many hits it has, by turns
local found = redis.call('HMGET', meta, 'g', 'v')
local generation = found[1] or '0'
for i = first, #ARGV, 3 do
  local expected, rule, count = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if generation == expected and redis.call('HINCRBY', hits, rule, count) == tonumber(count) then
    redis.call('PEXPIRE', hits, ttl)
  end
end
return {generation, found[2] or '0'}`)

/** Returns generation, version, and the rules. */
export const rulesScript = script(`
local meta, rules, order = KEYS[1], KEYS[2], KEYS[3]
local known = redis.call('HMGET', meta, 'g', 'v')
local found = {known[1] or '0', known[2] or '0'}
for _, name in ipairs(redis.call('LRANGE', order, 0, -1)) do
  found[#found + 1] = redis.call('HGET', rules, name)
end
return found`)

/** Adds rules, or none of them and returns the positions, from 0, of those whose names are taken. */
export const addRulesScript = script(`${stamp}
local meta, rules, order = KEYS[1], KEYS[2], KEYS[3]
local channel, message, ttl, metaTtl = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local first = 5 -- from here on: name and rule, by turns
local taken = {}
local seen = {}
for i = first, #ARGV, 2 do
  local name = ARGV[i]
  if seen[name] or redis.call('HEXISTS', rules, name) == 1 then taken[#taken + 1] = (i - first) / 2 end
  seen[name] = true
end
if #taken > 0 then return taken end
for i = #ARGV - 1, first, -2 do
  local name, rule = ARGV[i], ARGV[i + 1]
  redis.call('HSET', rules, name, rule)
  redis.call('LPUSH', order, name)
end
redis.call('HSET', meta, 'v', stamp())
redis.call('PEXPIRE', meta, metaTtl)
redis.call('PEXPIRE', rules, ttl)
redis.call('PEXPIRE', order, ttl)
redis.call('PUBLISH', channel, message)
return taken`)

/** Returns how many of the rules there were. */
export const removeRulesScript = script(`${stamp}
local meta, rules, order, hits = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local channel, message = ARGV[1], ARGV[2]
local first = 3 -- from here on: names
local removed = 0
for i = first, #ARGV do
  local name = ARGV[i]
  removed = removed + redis.call('HDEL', rules, name)
  redis.call('LREM', order, 1, name)
  redis.call('HDEL', hits, 'runtime/' .. name)
end
if removed > 0 then
  redis.call('HSET', meta, 'v', stamp())
  redis.call('PUBLISH', channel, message)
end
return removed`)

/** Removes all rules and their hits. */
export const removeAllRulesScript = script(`${stamp}
local meta, rules, order, hits = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local channel, message = ARGV[1], ARGV[2]
for _, name in ipairs(redis.call('LRANGE', order, 0, -1)) do redis.call('HDEL', hits, 'runtime/' .. name) end
redis.call('DEL', rules, order)
redis.call('HSET', meta, 'v', stamp())
redis.call('PUBLISH', channel, message)`)

/** Forgets all that a namespace holds. The ids of the journal go on. */
export const resetScript = script(`${stamp}
local meta, rules, order, hits, journal, holds = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local channel, message, metaTtl = ARGV[1], ARGV[2], ARGV[3]
local former = tonumber(redis.call('HGET', meta, 'g') or '0')
local now = stamp()
-- The clock may be behind the one of an earlier reset, which must not be undone.
if tonumber(now) <= former then now = string.format('%.0f', former + 1) end
redis.call('DEL', rules, order, hits, journal, holds)
redis.call('HSET', meta, 'g', now, 'v', now, 'b', 0, 'x', 0)
redis.call('PEXPIRE', meta, metaTtl)
redis.call('PUBLISH', channel, message)`)

/** Raises the generation of a namespace to that of an entry of its ledger, where the entry is newer. */
export const raiseScript = script(`
local meta = KEYS[1]
local generation = ARGV[1]
if tonumber(redis.call('HGET', meta, 'g') or '0') < tonumber(generation) then
  redis.call('HSET', meta, 'g', generation)
end`)

/** Appends entries to the journal, drops the oldest beyond its bounds, tells listeners the last id, and returns it. */
export const appendScript = script(`
local meta, journal, holds = KEYS[1], KEYS[2], KEYS[3]
local maxEntries, maxBytes = tonumber(ARGV[1]), tonumber(ARGV[2])
local ttl, metaTtl, channel = ARGV[3], ARGV[4], ARGV[5]
local first = 6 -- from here on: entries
local added = #ARGV - first + 1
local last = redis.call('HINCRBY', meta, 'i', added)
local id = last - added
if id == 0 then redis.call('DEL', journal, holds) end
local size = 0
for i = first, #ARGV do
  id = id + 1
  redis.call('XADD', journal, id .. '-0', 'e', ARGV[i])
  size = size + #ARGV[i]
end
local entries = redis.call('XLEN', journal)
if entries == added then
  redis.call('PEXPIRE', meta, metaTtl)
  redis.call('PEXPIRE', journal, ttl)
end
local bytes = redis.call('HINCRBY', meta, 'b', size)
local hasHolds = redis.call('EXISTS', holds) == 1
local freed = 0
local evicted = 0
local function drop(count)
  for _, oldest in ipairs(redis.call('XRANGE', journal, '-', '+', 'COUNT', count)) do
    if hasHolds then redis.call('HDEL', holds, string.match(oldest[1], '^%d+')) end
    freed = freed + #oldest[2][2]
  end
  redis.call('XTRIM', journal, 'MAXLEN', entries - count)
  entries = entries - count
  evicted = evicted + count
end
while entries > maxEntries do drop(math.min(100, entries - maxEntries)) end
while bytes - freed > maxBytes and entries > 1 do drop(1) end
if evicted > 0 then
  redis.call('HINCRBY', meta, 'b', -freed)
  redis.call('HINCRBY', meta, 'x', evicted)
end
redis.call('PUBLISH', channel, last)
return last`)

/** Adds to an entry what became of its call, if the entry is still there, and tells listeners. */
export const amendScript = script(`
local journal, holds = KEYS[1], KEYS[2]
local id, hold, ttl, channel = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if #redis.call('XRANGE', journal, id .. '-0', id .. '-0') == 0 then return end
redis.call('HSET', holds, id, hold)
redis.call('PEXPIRE', holds, ttl)
redis.call('PUBLISH', channel, 'amended ' .. id)`)

/** Returns entries, bytes and how many entries were evicted. */
export const journalSizeScript = script(`
local meta, journal = KEYS[1], KEYS[2]
local counts = redis.call('HMGET', meta, 'b', 'x')
return {redis.call('XLEN', journal), tonumber(counts[1] or 0), tonumber(counts[2] or 0)}`)

/** Empties the journal. Its ids go on. */
export const clearJournalScript = script(`
local meta, journal, holds = KEYS[1], KEYS[2], KEYS[3]
redis.call('DEL', journal, holds)
redis.call('HSET', meta, 'b', 0, 'x', 0)`)

/** Notes that a namespace is used. Returns those that have to leave, the least recently used first. */
export const touchScript = script(`
local namespaces = KEYS[1]
local namespace, max, ttl = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
redis.call('ZADD', namespaces, time[1] + time[2] / 1000000, namespace)
redis.call('PEXPIRE', namespaces, ttl)
local leaving = {}
while redis.call('ZCARD', namespaces) > max do
  leaving[#leaving + 1] = redis.call('ZPOPMIN', namespaces)[1]
end
return leaving`)

/** Extends the life of all that a namespace holds: meta, then the other keys. */
export const keepScript = script(`
local meta = KEYS[1]
local metaTtl, ttl = ARGV[1], ARGV[2]
redis.call('PEXPIRE', meta, metaTtl)
for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], ttl) end`)
