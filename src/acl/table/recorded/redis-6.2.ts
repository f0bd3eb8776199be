// Made by scripts/build-tables.mjs from a recorded COMMAND reply. Columns: src/acl/table/table-text.ts
export const REDIS_6_2 = `keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting
admin asking denyoom fast loading may_replicate movablekeys no_auth noscript pubsub random readonly skip_monitor skip_slowlog sort_for_script stale write
acl	-2	dhf	048f
append	3	e72	23g	1,1,1
asking	1	e0	3
auth	-2	ie	3478f
bgrewriteaof	1	dhf	08
bgsave	-1	dhf	08
bitcount	-2	81f	b	1,1,1
bitfield	-2	8f2	2g	1,1,1
bitfield_ro	-2	8e1	3b	1,1,1
bitop	-4	8f2	2g	2,-1,1
bitpos	-3	81f	b	1,1,1
blmove	6	g5f2	28g	1,2,1
blpop	-3	g5f2	8g	1,-2,1
brpop	-3	g5f2	8g	1,-2,1
brpoplpush	4	g5f2	28g	1,2,1
bzpopmax	-3	ge42	38g	1,-2,1
bzpopmin	-3	ge42	38g	1,-2,1
client	-2	dihf	048af
cluster	-2	dhf	0af
command	-1	if	4af
config	-2	dhf	048f
copy	-3	0f2	2g	1,2,1
dbsize	1	e01	3b
debug	-2	dhf	048f
decr	2	e72	23g	1,1,1
decrby	3	e72	23g	1,1,1
del	-2	0f2	g	1,-1,1
discard	1	ej	348f
dump	2	01f	ab	1,1,1
echo	2	ie	3
eval	-3	kf	568c			evalGetKeys
evalsha	-3	kf	568c			evalGetKeys
exec	1	fj	48df
exists	-2	e01	3b	1,-1,1
expire	3	e02	3g	1,1,1
expireat	3	e02	3g	1,1,1
failover	-1	dhf	08f
flushall	-1	h0f2	g
flushdb	-1	h0f2	g
geoadd	-5	af2	2g	1,1,1
geodist	-4	a1f	b	1,1,1
geohash	-2	a1f	b	1,1,1
geopos	-2	a1f	b	1,1,1
georadius	-6	af2	26g	1,1,1		georadiusGetKeys
georadius_ro	-6	a1f	b	1,1,1
georadiusbymember	-5	af2	26g	1,1,1		georadiusGetKeys
georadiusbymember_ro	-5	a1f	b	1,1,1
geosearch	-7	a1f	b	1,1,1
geosearchstore	-8	af2	2g	1,2,1
get	2	e17	3b	1,1,1
getbit	3	8e1	3b	1,1,1
getdel	2	e72	3g	1,1,1
getex	-2	e72	3g	1,1,1
getrange	4	1f7	b	1,1,1
getset	3	e72	23g	1,1,1
hdel	-3	e62	3g	1,1,1
hello	-1	ie	3478f
hexists	3	e61	3b	1,1,1
hget	3	e61	3b	1,1,1
hgetall	2	61f	ab	1,1,1
hincrby	4	e62	23g	1,1,1
hincrbyfloat	4	e62	23g	1,1,1
hkeys	2	61f	be	1,1,1
hlen	2	e61	3b	1,1,1
hmget	-3	e61	3b	1,1,1
hmset	-4	e62	23g	1,1,1
host:	-1	1f	4bf
hrandfield	-2	61f	ab	1,1,1
hscan	-3	61f	ab	1,1,1
hset	-4	e62	23g	1,1,1
hsetnx	4	e62	23g	1,1,1
hstrlen	3	e61	3b	1,1,1
hvals	2	61f	be	1,1,1
incr	2	e72	23g	1,1,1
incrby	3	e72	23g	1,1,1
incrbyfloat	3	e72	23g	1,1,1
info	-1	hf	4af
keys	2	h01f	be
lastsave	1	dhe	34af
latency	-2	dhf	048f
lindex	3	51f	b	1,1,1
linsert	5	5f2	2g	1,1,1
llen	2	e51	3b	1,1,1
lmove	5	5f2	2g	1,2,1
lolwut	-1	e1	3b
lpop	-2	e52	3g	1,1,1
lpos	-3	51f	b	1,1,1
lpush	-3	e52	23g	1,1,1
lpushx	-3	e52	23g	1,1,1
lrange	4	51f	b	1,1,1
lrem	4	5f2	g	1,1,1
lset	4	5f2	2g	1,1,1
ltrim	4	5f2	g	1,1,1
memory	-2	1f	6ab			memoryGetKeys
mget	-2	e17	3b	1,-1,1
migrate	-6	h0f2	6ag	3,3,1		migrateGetKeys
module	-2	dhf	08
monitor	1	dhf	048f
move	3	e02	3g	1,1,1
mset	-3	f72	2g	1,-1,2
msetnx	-3	f72	2g	1,-1,2
multi	1	ej	348f
object	-2	01f	ab	2,2,1
persist	2	e02	3g	1,1,1
pexpire	3	e02	3g	1,1,1
pexpireat	3	e02	3g	1,1,1
pfadd	-2	e92	23g	1,1,1
pfcount	-2	91f	5b	1,-1,1
pfdebug	-3	dh9f2	02g	2,2,1
pfmerge	-2	9f2	2g	1,-1,1
pfselftest	1	dh9f	0
ping	-1	ie	3f
post	-1	1f	4bf
psetex	4	f72	2g	1,1,1
psubscribe	-2	cf	489f
psync	-3	dhf	08
pttl	2	e01	3ab	1,1,1
publish	3	ec	3459f
pubsub	-2	cf	49af
punsubscribe	-1	cf	489f
randomkey	1	01f	ab
readonly	1	e0	3
readwrite	1	e0	3
rename	3	0f2	g	1,2,1
renamenx	3	e02	3g	1,2,1
replconf	-1	dhf	048f
replicaof	3	dhf	08f
reset	1	ie	348f
restore	-4	h0f2	2g	1,1,1
restore-asking	-4	h0f2	12g	1,1,1
role	1	he	348f
rpop	-2	e52	3g	1,1,1
rpoplpush	3	5f2	2g	1,2,1
rpush	-3	e52	23g	1,1,1
rpushx	-3	e52	23g	1,1,1
sadd	-3	e32	23g	1,1,1
save	1	dhf	08
scan	-2	01f	ab
scard	2	e13	3b	1,1,1
script	-2	kf	58
sdiff	-2	13f	be	1,-1,1
sdiffstore	-3	3f2	2g	1,-1,1
select	2	e0	34f
set	-3	f72	2g	1,1,1
setbit	4	8f2	2g	1,1,1
setex	4	f72	2g	1,1,1
setnx	3	e72	23g	1,1,1
setrange	4	f72	2g	1,1,1
shutdown	-1	dhf	048f
sinter	-2	13f	be	1,-1,1
sinterstore	-3	3f2	2g	1,-1,1
sismember	3	e13	3b	1,1,1
slaveof	3	dhf	08f
slowlog	-2	dhf	04af
smembers	2	13f	be	1,1,1
smismember	-3	e13	3b	1,1,1
smove	4	e32	3g	1,2,1
sort	-2	h53f42	26g	1,1,1		sortGetKeys
spop	-2	e32	3ag	1,1,1
srandmember	-2	13f	ab	1,1,1
srem	-3	e32	3g	1,1,1
sscan	-3	13f	ab	1,1,1
stralgo	-2	1f7	6b			lcsGetKeys
strlen	2	e17	3b	1,1,1
subscribe	-2	cf	489f
substr	4	1f7	b	1,1,1
sunion	-2	13f	be	1,-1,1
sunionstore	-3	3f2	2g	1,-1,1
swapdb	3	he02	3g
sync	1	dhf	08
time	1	e	34af
touch	-2	e01	3b	1,-1,1
ttl	2	e01	3ab	1,1,1
type	2	e01	3b	1,1,1
unlink	-2	e02	3g	1,-1,1
unsubscribe	-1	cf	489f
unwatch	1	ej	348f
wait	3	0f	8
watch	-2	ej	348f	1,-1,1
xack	-4	eb2	3ag	1,1,1
xadd	-5	eb2	23ag	1,1,1
xautoclaim	-6	eb2	3ag	1,1,1
xclaim	-6	eb2	3ag	1,1,1
xdel	-3	eb2	3g	1,1,1
xgroup	-2	fb2	2g	2,2,1
xinfo	-2	1fb	ab	2,2,1
xlen	2	e1b	3b	1,1,1
xpending	-3	1fb	ab	1,1,1
xrange	-4	1fb	b	1,1,1
xread	-4	g1fb	6b			xreadGetKeys
xreadgroup	-7	gfb2	6g			xreadGetKeys
xrevrange	-4	1fb	b	1,1,1
xsetid	3	eb2	23g	1,1,1
xtrim	-4	fb2	ag	1,1,1
zadd	-4	e42	23g	1,1,1
zcard	2	e14	3b	1,1,1
zcount	4	e14	3b	1,1,1
zdiff	-3	1f4	6b			zunionInterDiffGetKeys
zdiffstore	-4	f42	26g	1,1,1		zunionInterDiffStoreGetKeys
zincrby	4	e42	23g	1,1,1
zinter	-3	1f4	6b			zunionInterDiffGetKeys
zinterstore	-4	f42	26g	1,1,1		zunionInterDiffStoreGetKeys
zlexcount	4	e14	3b	1,1,1
zmscore	-3	e14	3b	1,1,1
zpopmax	-2	e42	3g	1,1,1
zpopmin	-2	e42	3g	1,1,1
zrandmember	-2	1f4	ab	1,1,1
zrange	-4	1f4	b	1,1,1
zrangebylex	-4	1f4	b	1,1,1
zrangebyscore	-4	1f4	b	1,1,1
zrangestore	-5	f42	2g	1,2,1
zrank	3	e14	3b	1,1,1
zrem	-3	e42	3g	1,1,1
zremrangebylex	4	f42	g	1,1,1
zremrangebyrank	4	f42	g	1,1,1
zremrangebyscore	4	f42	g	1,1,1
zrevrange	-4	1f4	b	1,1,1
zrevrangebylex	-4	1f4	b	1,1,1
zrevrangebyscore	-4	1f4	b	1,1,1
zrevrank	3	e14	3b	1,1,1
zscan	-3	1f4	ab	1,1,1
zscore	3	e14	3b	1,1,1
zunion	-3	1f4	6b			zunionInterDiffGetKeys
zunionstore	-4	f42	26g	1,1,1		zunionInterDiffStoreGetKeys`;
