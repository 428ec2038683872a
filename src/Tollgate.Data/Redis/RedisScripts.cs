namespace Tollgate.Data.Redis;

/// <summary>
/// The scripts. Redis runs each as one step, and its clock is the only one that counts. Whole numbers travel as text: Lua's numbers are
/// exact up to 2^53 only (9 million USD in nano-USD), so sums are made by Redis itself and Lua merely compares.
/// </summary>
/// <remarks>
/// <para>Keys: <c>tollgate:budget:C</c> hash of <c>spent</c>, <c>reserved</c>, <c>epoch</c>
/// and, after its spend was set, <c>start</c> and <c>doubt</c>, with <c>tollgate:budget:C:calls</c>, a sorted set
/// of <c>call|amount</c> by expiry; <c>tollgate:rate:K:C</c> hash of the bucket <c>b</c>, its count <c>c</c> and the previous one's <c>p</c>;
/// <c>tollgate:parallel:C</c> sorted set of calls by expiry; <c>tollgate:call:ID</c> hash that says what a call has taken and not yet
/// settled, which is what makes settling twice count once.</para>
/// <para>Every key expires: what has not been used for a day starts again from the database's figure.</para>
/// </remarks>
internal static class RedisScripts
{
    private const string Prelude = """
        if redis.replicate_commands then redis.replicate_commands() end
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local DAY = 86400000

        local function roll(key, bucket)
            local h = redis.call('HMGET', key, 'b', 'c', 'p')
            local b = tonumber(h[1])
            if b == bucket then return tonumber(h[2]), tonumber(h[3]) end
            if b == bucket - 1 then return 0, tonumber(h[2]) end
            return 0, 0
        end

        local function store(key, bucket, current, previous, window)
            redis.call('HMSET', key, 'b', string.format('%.0f', bucket), 'c', string.format('%.0f', math.max(0, current)),
                'p', string.format('%.0f', math.max(0, previous)))
            redis.call('PEXPIRE', key, window * 3)
        end

        -- Fixed windows, in LiteLLM's own keys: '{what}:window' holds the second of the first request of a window.
        local function opened(key, window)
            local start = redis.call('GET', (string.gsub(key, ':[^:]*$', ':window')))
            local second = tonumber(start)
            if second and math.floor(now / 1000) - second < window / 1000 then return start, second end
            return nil, nil
        end

        local function keep(key, lease)
            redis.call('PEXPIRE', key, math.max(DAY, lease * 2))
        end


        """;

    /// <summary>
    /// Takes all claims or none. KEYS: the call, then one a claim. ARGV: call id, mode, lease ms, slot lease ms, window ms, then for each
    /// claim kind, limit, amount, output part, refuse at limit, recorded, epoch. Answers failed index, wait ms, then used and held of each claim.
    /// </summary>
    public static RedisScript Take { get; } = new(Prelude + """
        local id, mode = ARGV[1], ARGV[2]
        local lease, slot, window = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
        local bucket, elapsed = math.floor(now / window), (now % window) / window
        local failed, wait = -1, 0
        local answer, plan = {}, {}

        local function budget(key, a)
            local limit, amount, recorded, epoch = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), ARGV[a + 5], ARGV[a + 6]
            local calls = key .. ':calls'
            local h = redis.call('HMGET', key, 'spent', 'reserved', 'epoch', 'start', 'doubt')
            if h[3] and tonumber(epoch) < tonumber(h[3]) and (tonumber(epoch) - 621355968000000000) / 10000 > now then
                -- A boundary that is earlier than the known one and yet to come: the period was made shorter.
                redis.call('HSET', key, 'epoch', epoch)
                h[3] = epoch
            end
            if not h[3] or tonumber(epoch) > tonumber(h[3]) then
                redis.call('DEL', calls)
                redis.call('HMSET', key, 'spent', recorded, 'reserved', '0', 'epoch', epoch, 'start', recorded)
                keep(key, lease)
            elseif not h[1] then
                redis.call('HMSET', key, 'spent', recorded, 'start', recorded)
            elseif tonumber(h[5] or '0') > now then
                -- Set a moment ago: calls on their way may still carry the old figure. The lowest is the one that was set.
                if h[4] and string.sub(h[4], 1, 1) ~= '-' and tonumber(recorded) < tonumber(h[4]) then
                    redis.call('HINCRBY', key, 'spent', '-' .. h[4])
                    redis.call('HINCRBY', key, 'spent', recorded)
                    redis.call('HSET', key, 'start', recorded)
                end
            elseif h[3] == epoch and tonumber(h[1]) < tonumber(recorded) then
                -- The database knows of spend that was not counted here. A replica that has not heard of a reset has no say.
                redis.call('HSET', key, 'spent', recorded)
            end
            for _, member in ipairs(redis.call('ZRANGEBYSCORE', calls, '-inf', now)) do
                redis.call('ZREM', calls, member)
                redis.call('HINCRBY', key, 'reserved', '-' .. string.match(member, '%d+$'))
            end
            h = redis.call('HMGET', key, 'spent', 'reserved')
            local spent, reserved = tonumber(h[1]), tonumber(h[2])
            local over = spent > limit or (ARGV[a + 4] == '1' and spent == limit)
            local admitted = spent + reserved + amount <= limit
            if mode == 'post' then
                admitted = not over
            elseif mode == 'reserve' then
                admitted = not over and (admitted or reserved == 0)
            end
            return admitted, h[1], h[2], 0
        end

        local function rate(key, a)
            local limit, amount, output = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3])
            local current, previous = roll(key, bucket)
            local used = current + math.ceil(previous * (1 - elapsed))
            local room, delay = limit - amount, 0
            local admitted = used <= room
            if not admitted and room < 0 then
                -- A request that alone is larger than the limit could never run otherwise: it may have the window to itself.
                admitted = ARGV[a] == '2' and used == 0 and amount - output <= limit and limit > 0
                delay = window * (2 - elapsed)
            elseif not admitted and current <= room then
                delay = window * (1 - (room - current) / previous - elapsed)
            elseif not admitted then
                delay = window * (2 - elapsed - room / current)
            end
            return admitted, string.format('%.0f', used), '0', math.max(1000, math.ceil(delay))
        end

        local function fixed(key, a)
            local limit, amount, output = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), tonumber(ARGV[a + 3])
            local _, second = opened(key, window)
            local used = second and tonumber(redis.call('GET', key) or '0') or 0
            local admitted = used + amount <= limit
                or (ARGV[a] == '5' and used == 0 and amount > limit and amount - output <= limit and limit > 0)
            local delay = second and second * 1000 + window - now or window
            return admitted, string.format('%.0f', used), '0', math.max(1000, math.ceil(delay))
        end

        local begun = {}
        local function add_fixed(key, kind, amount)
            local start, second = opened(key, window)
            local wkey, length = (string.gsub(key, ':[^:]*$', ':window')), math.ceil(window / 1000)
            if not start then
                second = math.floor(now / 1000)
                start = string.format('%.0f', second)
                redis.call('SET', wkey, start, 'EX', length)
                begun[wkey] = true
            end
            if begun[wkey] then
                redis.call('SET', key, amount, 'EX', length)
            else
                redis.call('INCRBY', key, amount)
                if redis.call('TTL', key) < 0 then
                    redis.call('EXPIRE', key, math.max(1, second + length - math.floor(now / 1000)))
                end
            end
            if kind == '5' then
                redis.call('HSET', KEYS[1], key, start)
            end
        end

        local function parallel(key, a)
            redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
            local running = redis.call('ZCARD', key)
            return running < tonumber(ARGV[a + 1]), string.format('%.0f', running), '0', 0
        end

        for i = 2, #KEYS do
            local a = 6 + (i - 2) * 7
            local kind = ARGV[a]
            local admitted, used, held, delay
            if kind == '0' then
                admitted, used, held, delay = budget(KEYS[i], a)
            elseif kind == '3' then
                admitted, used, held, delay = parallel(KEYS[i], a)
            elseif kind == '4' or kind == '5' then
                admitted, used, held, delay = fixed(KEYS[i], a)
            else
                admitted, used, held, delay = rate(KEYS[i], a)
            end
            -- The first budget decides; of rates, the one with the longest wait.
            if not admitted and (failed < 0 or (ARGV[6 + failed * 7] ~= '0' and (kind == '0' or delay > wait))) then
                failed, wait = i - 2, delay
            end
            answer[#answer + 1] = used
            answer[#answer + 1] = held
        end

        if failed < 0 then
            for i = 2, #KEYS do
                local a = 6 + (i - 2) * 7
                local key, kind, amount = KEYS[i], ARGV[a], ARGV[a + 2]
                if kind == '0' then
                    redis.call('HSET', KEYS[1], key, redis.call('HGET', key, 'epoch'))
                    if mode ~= 'post' and amount ~= '0' and redis.call('ZADD', key .. ':calls', 'NX', now + lease, id .. '|' .. amount) == 1 then
                        redis.call('HINCRBY', key, 'reserved', amount)
                        keep(key .. ':calls', lease)
                    end
                    keep(key, lease)
                elseif kind == '3' then
                    redis.call('ZADD', key, now + slot, id)
                    keep(key, slot)
                elseif kind == '4' or kind == '5' then
                    add_fixed(key, kind, amount)
                else
                    if kind == '2' then
                        redis.call('HSET', KEYS[1], key, string.format('%.0f', bucket))
                    end
                    local current, previous = roll(key, bucket)
                    store(key, bucket, current + tonumber(amount), previous, window)
                end
            end
            -- An answer that comes after its lease still counts, so the call is remembered longer than its reservations.
            redis.call('PEXPIRE', KEYS[1], lease + 3600000)
        end
        return {tostring(failed), string.format('%.0f', wait), unpack(answer)}
        """);

    /// <summary>
    /// Corrects reservations to what was used, each once. KEYS as for taking. ARGV: call id, cost, tokens, window ms, then for each claim kind,
    /// amount, epoch.
    /// </summary>
    public static RedisScript Settle { get; } = new(Prelude + """
        local id, cost, tokens, window = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
        for i = 2, #KEYS do
            local a = 5 + (i - 2) * 3
            local key, kind, amount = KEYS[i], ARGV[a], ARGV[a + 1]
            if kind == '3' then
                redis.call('ZREM', key, id)
            elseif kind ~= '1' and kind ~= '4' then
                local taken = redis.call('HGET', KEYS[1], key)
                if taken then
                    redis.call('HDEL', KEYS[1], key)
                    if kind == '0' then
                        if redis.call('ZREM', key .. ':calls', id .. '|' .. amount) == 1 then
                            redis.call('HINCRBY', key, 'reserved', '-' .. amount)
                        end
                        -- A counter of another period, or one that will start from the database's figure, has no use for this cost.
                        local h = redis.call('HMGET', key, 'spent', 'epoch')
                        if h[1] and h[2] == taken then
                            redis.call('HINCRBY', key, 'spent', cost)
                        end
                    elseif kind == '5' then
                        local count = tonumber(redis.call('GET', key))
                        if count and opened(key, window) == taken then
                            redis.call('INCRBY', key, string.format('%.0f', math.max(-count, tokens - tonumber(amount))))
                        end
                    else
                        local bucket = math.floor(now / window)
                        local current, previous = roll(key, bucket)
                        local difference = tokens - tonumber(amount)
                        if tonumber(taken) == bucket then
                            store(key, bucket, current + difference, previous, window)
                        elseif tonumber(taken) == bucket - 1 then
                            store(key, bucket, current, previous + difference, window)
                        end
                    end
                end
            end
        end
        return '1'
        """);

    /// <summary>Puts off the expiry of what a running call holds. KEYS as for taking. ARGV: call id, lease ms, then for each claim kind, amount.</summary>
    public static RedisScript Renew { get; } = new(Prelude + """
        local id, lease = ARGV[1], tonumber(ARGV[2])
        local function put_off(key, member)
            local expiry = tonumber(redis.call('ZSCORE', key, member))
            if expiry and expiry < now + lease then
                redis.call('ZADD', key, now + lease, member)
            end
        end
        for i = 2, #KEYS do
            local a = 3 + (i - 2) * 2
            if ARGV[a] == '3' then
                put_off(KEYS[i], id)
            elseif ARGV[a] == '0' then
                put_off(KEYS[i] .. ':calls', id .. '|' .. ARGV[a + 1])
            end
        end
        if redis.call('PTTL', KEYS[1]) < lease + 3600000 then
            redis.call('PEXPIRE', KEYS[1], lease + 3600000)
        end
        return '1'
        """);

    /// <summary>
    /// Forgets what a budget has spent; what is reserved stays, its calls are still running. Every replica that hears of it does so. KEYS: the
    /// counter. ARGV: for how long calls with the old figure may be on their way, ms.
    /// </summary>
    public static RedisScript Forget { get; } = new(Prelude + """
        local kind = redis.call('TYPE', KEYS[1]).ok
        if kind == 'hash' or kind == 'none' then
            redis.call('HDEL', KEYS[1], 'spent', 'start')
            redis.call('HSET', KEYS[1], 'doubt', string.format('%.0f', now + tonumber(ARGV[1])))
            keep(KEYS[1], 0)
        end
        return '1'
        """);

    /// <summary>Says that a replica lives, and counts those of the last minute. KEYS: the set. ARGV: replica id.</summary>
    public static RedisScript Beat { get; } = new(Prelude + """
        redis.call('ZADD', KEYS[1], now, ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - 60000)
        redis.call('PEXPIRE', KEYS[1], DAY)
        return redis.call('ZCARD', KEYS[1])
        """);
}
