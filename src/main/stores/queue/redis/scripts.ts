import { script } from '../../redis/connection.ts';

/**
 * A queue is the list that kombu reads: LPUSH at its left, the oldest at its right. What is beside it:
 * - `ids`: hash, id → the message as it was sent, to keep the same id once
 * - `held`: hash, delivery tag → the message that one of our receivers has; `deadlines`: sorted set, tag → end of its visibility time
 * - `received`: hash, tag → "position receipt"; positions number messages as they first left the list, so that one that
 *   comes back finds its old place; `positions` is the last one given
 * - `unacked`: kombu's hash of what Celery's workers have, tag → [message, exchange, queue]; only read
 */
const common = `
  local list, ids, held, deadlines, received, positions, unacked = unpack(KEYS)
  local function tagOf(raw)
    local isJson, message = pcall(cjson.decode, raw)
    if isJson and type(message) == 'table' and type(message.properties) == 'table'
      and type(message.properties.delivery_tag) == 'string' then return message.properties.delivery_tag end
    return redis.sha1hex(raw)
  end
  local function nowMs()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
  end
  local function receivedOf(tag)
    local position, receipt = string.match(redis.call('HGET', received, tag) or '', '^(%d+) (.*)$')
    return tonumber(position), receipt
  end
  local function letGo(tag)
    redis.call('HDEL', held, tag)
    redis.call('ZREM', deadlines, tag)
  end
  local function putBack(tag)
    local raw = redis.call('HGET', held, tag)
    letGo(tag)
    if not raw then return end
    local mine = receivedOf(tag) or 0
    local older = nil
    for at = 1, redis.call('LLEN', list) do
      local other = redis.call('LINDEX', list, -at)
      local position = receivedOf(tagOf(other))
      if not position or position > mine then break end
      older = other
    end
    if older then redis.call('LINSERT', list, 'BEFORE', older, raw) else redis.call('RPUSH', list, raw) end
  end
`;

/** ARGV: id, message. A message whose id is queued stays as it is. */
export const send = script(`${common}
  local function isQueued(raw)
    if redis.call('LPOS', list, raw) then return true end
    local tag = tagOf(raw)
    if redis.call('HEXISTS', held, tag) == 1 or redis.call('HEXISTS', unacked, tag) == 1 then return true end
    -- A worker that gave it back wrote it anew.
    for first = 0, redis.call('LLEN', list) - 1, 500 do
      for _, other in ipairs(redis.call('LRANGE', list, first, first + 499)) do
        if string.find(other, tag, 1, true) then return true end
      end
    end
    return false
  end
  -- What workers finished is still named here: all of it goes at once, when it is the most.
  local function forgetFinished()
    local queued = redis.call('LLEN', list) + redis.call('HLEN', held) + redis.call('HLEN', unacked)
    if redis.call('HLEN', ids) <= 2 * queued + 1000 then return end
    local tags = {}
    for _, other in ipairs(redis.call('LRANGE', list, 0, -1)) do tags[tagOf(other)] = true end
    for _, tag in ipairs(redis.call('HKEYS', held)) do tags[tag] = true end
    for _, tag in ipairs(redis.call('HKEYS', unacked)) do tags[tag] = true end
    local known = redis.call('HGETALL', ids)
    for at = 1, #known, 2 do
      if not tags[tagOf(known[at + 1])] then redis.call('HDEL', ids, known[at]) end
    end
    for _, tag in ipairs(redis.call('HKEYS', received)) do
      if not tags[tag] then redis.call('HDEL', received, tag) end
    end
  end
  local present = redis.call('HGET', ids, ARGV[1])
  if present and isQueued(present) then return 0 end
  redis.call('HSET', ids, ARGV[1], ARGV[2])
  redis.call('LPUSH', list, ARGV[2])
  forgetFinished()
  return 1`);

/** ARGV: receipt, visibility in milliseconds. Answers message, tag; nothing where none is there. */
export const receive = script(`${common}
  local now = nowMs()
  for _, tag in ipairs(redis.call('ZRANGEBYSCORE', deadlines, '-inf', now, 'LIMIT', 0, 1000)) do putBack(tag) end
  local raw = redis.call('RPOP', list)
  if not raw then return false end
  local tag = tagOf(raw)
  local position = receivedOf(tag) or redis.call('INCR', positions)
  redis.call('HSET', received, tag, string.format('%d %s', position, ARGV[1]))
  redis.call('HSET', held, tag, raw)
  redis.call('ZADD', deadlines, now + ARGV[2], tag)
  return { raw, tag }`);

/** ARGV: tag, receipt, id, message. One whose time is over goes too, as long as nobody else took it. */
export const acknowledge = script(`${common}
  local _, receipt = receivedOf(ARGV[1])
  if receipt ~= ARGV[2] then return 0 end
  if redis.call('HEXISTS', held, ARGV[1]) == 1 then letGo(ARGV[1])
  elseif redis.call('LREM', list, -1, ARGV[4]) == 0 then return 0 end
  redis.call('HDEL', received, ARGV[1])
  redis.call('HDEL', ids, ARGV[3])
  return 1`);

/** ARGV: tag, receipt, milliseconds. Puts off what was received. */
export const postpone = script(`${common}
  local _, receipt = receivedOf(ARGV[1])
  if receipt ~= ARGV[2] or redis.call('HEXISTS', held, ARGV[1]) == 0 then return 0 end
  redis.call('ZADD', deadlines, nowMs() + ARGV[3], ARGV[1])
  return 1`);

/** Milliseconds until a message is there, as long as nobody sends or takes one; -1 if none is to come. */
export const nextVisible = script(`${common}
  if redis.call('LLEN', list) > 0 then return 0 end
  local first = redis.call('ZRANGE', deadlines, 0, 0, 'WITHSCORES')[2]
  return first and math.max(0, math.ceil(first - nowMs())) or -1`);
