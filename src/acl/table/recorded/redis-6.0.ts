// Made by scripts/build-tables.mjs from a recorded COMMAND reply. Columns: src/acl/table/table-text.ts
export const REDIS_6_0 = `keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting
admin asking denyoom fast loading movablekeys no_auth noscript pubsub random readonly skip_monitor skip_slowlog sort_for_script stale write
acl	-2	dhf	047ce
append	3	e72	23f	1,1,1
asking	1	e0	3
auth	-2	ie	3467bce
bgrewriteaof	1	dhf	07
bgsave	-1	dhf	07
bitcount	-2	81f	a	1,1,1
bitfield	-2	8f2	2f	1,1,1
bitfield_ro	-2	8e1	3a	1,1,1
bitop	-4	8f2	2f	2,-1,1
bitpos	-3	81f	a	1,1,1
blpop	-3	g5f2	7f	1,-2,1
brpop	-3	g5f2	7f	1,-2,1
brpoplpush	4	g5f2	27f	1,2,1
bzpopmax	-3	ge42	37f	1,-2,1
bzpopmin	-3	ge42	37f	1,-2,1
client	-2	dihf	0479e
cluster	-2	dhf	09e
command	-1	if	49e
config	-2	dhf	047e
dbsize	1	e01	3a
debug	-2	dhf	047e
decr	2	e72	23f	1,1,1
decrby	3	e72	23f	1,1,1
del	-2	0f2	f	1,-1,1
discard	1	ej	347e
dump	2	01f	9a	1,1,1
echo	2	ie1	3a
eval	-3	kf	57			evalGetKeys
evalsha	-3	kf	57			evalGetKeys
exec	1	fj	47bce
exists	-2	e01	3a	1,-1,1
expire	3	e02	3f	1,1,1
expireat	3	e02	3f	1,1,1
flushall	-1	h0f2	f
flushdb	-1	h0f2	f
geoadd	-5	af2	2f	1,1,1
geodist	-4	a1f	a	1,1,1
geohash	-2	a1f	a	1,1,1
geopos	-2	a1f	a	1,1,1
georadius	-6	af2	25f	1,1,1		georadiusGetKeys
georadius_ro	-6	a1f	a	1,1,1
georadiusbymember	-5	af2	25f	1,1,1		georadiusGetKeys
georadiusbymember_ro	-5	a1f	a	1,1,1
get	2	e17	3a	1,1,1
getbit	3	8e1	3a	1,1,1
getrange	4	1f7	a	1,1,1
getset	3	e72	23f	1,1,1
hdel	-3	e62	3f	1,1,1
hello	-2	ie	3467bce
hexists	3	e61	3a	1,1,1
hget	3	e61	3a	1,1,1
hgetall	2	61f	9a	1,1,1
hincrby	4	e62	23f	1,1,1
hincrbyfloat	4	e62	23f	1,1,1
hkeys	2	61f	ad	1,1,1
hlen	2	e61	3a	1,1,1
hmget	-3	e61	3a	1,1,1
hmset	-4	e62	23f	1,1,1
host:	-1	1f	4ae
hscan	-3	61f	9a	1,1,1
hset	-4	e62	23f	1,1,1
hsetnx	4	e62	23f	1,1,1
hstrlen	3	e61	3a	1,1,1
hvals	2	61f	ad	1,1,1
incr	2	e72	23f	1,1,1
incrby	3	e72	23f	1,1,1
incrbyfloat	3	e72	23f	1,1,1
info	-1	hf	49e
keys	2	h01f	ad
lastsave	1	dhe1	349ae
latency	-2	dhf	047e
lindex	3	51f	a	1,1,1
linsert	5	5f2	2f	1,1,1
llen	2	e51	3a	1,1,1
lolwut	-1	e1	3a
lpop	2	e52	3f	1,1,1
lpos	-3	51f	a	1,1,1
lpush	-3	e52	23f	1,1,1
lpushx	-3	e52	23f	1,1,1
lrange	4	51f	a	1,1,1
lrem	4	5f2	f	1,1,1
lset	4	5f2	2f	1,1,1
ltrim	4	5f2	f	1,1,1
memory	-2	1f	59a			memoryGetKeys
mget	-2	e17	3a	1,-1,1
migrate	-6	h0f2	59f			migrateGetKeys
module	-2	dhf	07
monitor	1	dhf	047e
move	3	e02	3f	1,1,1
mset	-3	f72	2f	1,-1,2
msetnx	-3	f72	2f	1,-1,2
multi	1	ej	347e
object	-2	01f	9a	2,2,1
persist	2	e02	3f	1,1,1
pexpire	3	e02	3f	1,1,1
pexpireat	3	e02	3f	1,1,1
pfadd	-2	e92	23f	1,1,1
pfcount	-2	91f	a	1,-1,1
pfdebug	-3	dhf2	0f
pfmerge	-2	9f2	2f	1,-1,1
pfselftest	1	dh9f	0
ping	-1	ie	3e
post	-1	1f	4ae
psetex	4	f72	2f	1,1,1
psubscribe	-2	cf	478e
psync	3	dhf	07
pttl	2	e01	39a	1,1,1
publish	3	ec	348e
pubsub	-2	cf	489e
punsubscribe	-1	cf	478e
randomkey	1	01f	9a
readonly	1	e0	3
readwrite	1	e0	3
rename	3	0f2	f	1,2,1
renamenx	3	e02	3f	1,2,1
replconf	-1	dhf	047e
replicaof	3	dhf	07e
restore	-4	h0f2	2f	1,1,1
restore-asking	-4	h0f2	12f	1,1,1
role	1	he1	347ae
rpop	2	e52	3f	1,1,1
rpoplpush	3	5f2	2f	1,2,1
rpush	-3	e52	23f	1,1,1
rpushx	-3	e52	23f	1,1,1
sadd	-3	e32	23f	1,1,1
save	1	dhf	07
scan	-2	01f	9a
scard	2	e13	3a	1,1,1
script	-2	kf	7
sdiff	-2	13f	ad	1,-1,1
sdiffstore	-3	3f2	2f	1,-1,1
select	2	e0	34e
set	-3	f72	2f	1,1,1
setbit	4	8f2	2f	1,1,1
setex	4	f72	2f	1,1,1
setnx	3	e72	23f	1,1,1
setrange	4	f72	2f	1,1,1
shutdown	-1	dhf	047e
sinter	-2	13f	ad	1,-1,1
sinterstore	-3	3f2	2f	1,-1,1
sismember	3	e13	3a	1,1,1
slaveof	3	dhf	07e
slowlog	-2	dhf	049e
smembers	2	13f	ad	1,1,1
smove	4	e32	3f	1,2,1
sort	-2	h53f42	25f	1,1,1		sortGetKeys
spop	-2	e32	39f	1,1,1
srandmember	-2	13f	9a	1,1,1
srem	-3	e32	3f	1,1,1
sscan	-3	13f	9a	1,1,1
stralgo	-2	1f7	5a			lcsGetKeys
strlen	2	e17	3a	1,1,1
subscribe	-2	cf	478e
substr	4	1f7	a	1,1,1
sunion	-2	13f	ad	1,-1,1
sunionstore	-3	3f2	2f	1,-1,1
swapdb	3	he02	3f
sync	1	dhf	07
time	1	e1	349ae
touch	-2	e01	3a	1,-1,1
ttl	2	e01	39a	1,1,1
type	2	e01	3a	1,1,1
unlink	-2	e02	3f	1,-1,1
unsubscribe	-1	cf	478e
unwatch	1	ej	347e
wait	3	0f	7
watch	-2	ej	347e	1,-1,1
xack	-4	eb2	39f	1,1,1
xadd	-5	eb2	239f	1,1,1
xclaim	-6	eb2	39f	1,1,1
xdel	-3	eb2	3f	1,1,1
xgroup	-2	fb2	2f	2,2,1
xinfo	-2	1fb	9a	2,2,1
xlen	2	e1b	3a	1,1,1
xpending	-3	1fb	9a	1,1,1
xrange	-4	1fb	a	1,1,1
xread	-4	g1fb	5a			xreadGetKeys
xreadgroup	-7	gfb2	5f			xreadGetKeys
xrevrange	-4	1fb	a	1,1,1
xsetid	3	eb2	23f	1,1,1
xtrim	-2	fb2	9f	1,1,1
zadd	-4	e42	23f	1,1,1
zcard	2	e14	3a	1,1,1
zcount	4	e14	3a	1,1,1
zincrby	4	e42	23f	1,1,1
zinterstore	-4	f42	25f	1,1,1		zunionInterDiffStoreGetKeys
zlexcount	4	e14	3a	1,1,1
zpopmax	-2	e42	3f	1,1,1
zpopmin	-2	e42	3f	1,1,1
zrange	-4	1f4	a	1,1,1
zrangebylex	-4	1f4	a	1,1,1
zrangebyscore	-4	1f4	a	1,1,1
zrank	3	e14	3a	1,1,1
zrem	-3	e42	3f	1,1,1
zremrangebylex	4	f42	f	1,1,1
zremrangebyrank	4	f42	f	1,1,1
zremrangebyscore	4	f42	f	1,1,1
zrevrange	-4	1f4	a	1,1,1
zrevrangebylex	-4	1f4	a	1,1,1
zrevrangebyscore	-4	1f4	a	1,1,1
zrevrank	3	e14	3a	1,1,1
zscan	-3	1f4	9a	1,1,1
zscore	3	e14	3a	1,1,1
zunionstore	-4	f42	25f	1,1,1		zunionInterDiffStoreGetKeys`;
