// Made by scripts/build-tables.mjs from a recorded COMMAND reply. Columns: src/acl/table/table-text.ts
export const VALKEY_8_1 = `keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting
admin allow_busy asking blocking denyoom fast loading movablekeys no_async_loading no_auth no_mandatory_keys no_multi noscript pubsub readonly skip_commandlog skip_monitor stale write
acl	-2	f
acl|cat	-2	f	6ch
acl|deluser	-3	dhf	06ch
acl|dryrun	-4	dhf	06ch
acl|genpass	-2	f	6ch
acl|getuser	3	dhf	06ch
acl|help	2	f	6h
acl|list	2	dhf	06ch
acl|load	2	dhf	06ch
acl|log	-2	dhf	06ch
acl|save	2	dhf	06ch
acl|setuser	-3	dhf	06ch
acl|users	2	dhf	06ch
acl|whoami	2	f	6ch
append	3	e72	45i	1,1,1	w:1:r0,1,0
asking	1	ie	5
auth	-2	ie	1569ch
bgrewriteaof	1	dhf	08c
bgsave	-1	dhf	08c
bitcount	-2	81f	e	1,1,1	r:1:r0,1,0
bitfield	-2	8f2	4i	1,1,1	rwv:1:r0,1,0	bitfieldGetKeys
bitfield_ro	-2	8e1	5e	1,1,1	r:1:r0,1,0
bitop	-4	8f2	4i	2,-1,1	w:2:r0,1,0;r:3:r-1,1,0
bitpos	-3	81f	e	1,1,1	r:1:r0,1,0
blmove	6	g5f2	34i	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
blmpop	-5	g5f2	37i		rw:2:n0,1,1	blmpopGetKeys
blpop	-3	g5f2	3i	1,-2,1	rw:1:r-2,1,0
brpop	-3	g5f2	3i	1,-2,1	rw:1:r-2,1,0
brpoplpush	4	g5f2	34i	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
bzmpop	-5	gf42	37i		rw:2:n0,1,1	blmpopGetKeys
bzpopmax	-3	ge42	35i	1,-2,1	rw:1:r-2,1,0
bzpopmin	-3	ge42	35i	1,-2,1	rw:1:r-2,1,0
client	-2	f
client|caching	3	if	6ch
client|capa	-3	if	6ch
client|getname	2	if	6ch
client|getredir	2	if	6ch
client|help	2	if	6h
client|id	2	if	6ch
client|import-source	3	if	6ch
client|info	2	if	6ch
client|kill	-3	dihf	06ch
client|list	-2	dihf	06ch
client|no-evict	3	dihf	06ch
client|no-touch	3	if	6ch
client|pause	-3	dihf	06ch
client|reply	3	if	6ch
client|setinfo	4	if	6ch
client|setname	3	if	6ch
client|tracking	-3	if	6ch
client|trackinginfo	2	if	6ch
client|unblock	-3	dihf	06ch
client|unpause	2	dihf	06ch
cluster	-2	f
cluster|addslots	-3	dhf	08h
cluster|addslotsrange	-4	dhf	08h
cluster|bumpepoch	2	dhf	08h
cluster|count-failure-reports	3	dhf	0h
cluster|countkeysinslot	3	f	h
cluster|delslots	-3	dhf	08h
cluster|delslotsrange	-4	dhf	08h
cluster|failover	-2	dhf	08h
cluster|flushslots	2	dhf	08h
cluster|forget	3	dhf	08h
cluster|getkeysinslot	4	f	h
cluster|help	2	f	6h
cluster|info	2	f	6h
cluster|keyslot	3	f	h
cluster|links	2	f	h
cluster|meet	-4	dhf	08h
cluster|myid	2	f	6h
cluster|myshardid	2	f	6h
cluster|nodes	2	f	6h
cluster|replicas	3	dhf	0h
cluster|replicate	3	dhf	08h
cluster|reset	-2	dhf	0ch
cluster|saveconfig	2	dhf	08h
cluster|set-config-epoch	3	dhf	08h
cluster|setslot	-4	dhf	08h
cluster|shards	2	f	6h
cluster|slaves	3	dhf	0h
cluster|slot-stats	-4	f	6h
cluster|slots	2	f	6h
command	-1	if	6h
command|count	2	if	6h
command|docs	-2	if	6h
command|getkeys	-3	if	6h
command|getkeysandflags	-3	if	6h
command|help	2	if	6h
command|info	-2	if	6h
command|list	-2	if	6h
commandlog	-2	f
commandlog|get	4	dhf	06h
commandlog|help	2	f	6h
commandlog|len	3	dhf	06h
commandlog|reset	3	dhf	06h
config	-2	f
config|get	-3	dhf	06ch
config|help	2	f	6h
config|resetstat	2	dhf	06ch
config|rewrite	2	dhf	06ch
config|set	-4	dhf	06ch
copy	-3	0f2	4i	1,2,1	r:1:r0,1,0;w:2:r0,1,0
dbsize	1	e01	5e
debug	-2	dhf	06ch
decr	2	e72	45i	1,1,1	rw:1:r0,1,0
decrby	3	e72	45i	1,1,1	rw:1:r0,1,0
del	-2	0f2	i	1,-1,1	w:1:r-1,1,0
discard	1	ej	156ch
dump	2	01f	e	1,1,1	r:1:r0,1,0
echo	2	ie	56h
eval	-3	kf	7acgh		rw:2:n0,1,1	evalGetKeys
eval_ro	-3	kf	7acegh		r:2:n0,1,1	evalGetKeys
evalsha	-3	kf	7acgh		rw:2:n0,1,1	evalGetKeys
evalsha_ro	-3	kf	7acegh		r:2:n0,1,1	evalGetKeys
exec	1	fj	6cfh
exists	-2	e01	5e	1,-1,1	:1:r-1,1,0
expire	-3	e02	5i	1,1,1	w:1:r0,1,0
expireat	-3	e02	5i	1,1,1	w:1:r0,1,0
expiretime	2	e01	5e	1,1,1	r:1:r0,1,0
failover	-1	dhf	0ch
fcall	-3	kf	7acgh		rw:2:n0,1,1	functionGetKeys
fcall_ro	-3	kf	7acegh		r:2:n0,1,1	functionGetKeys
flushall	-1	h0f2	i
flushdb	-1	h0f2	i
function	-2	f
function|delete	3	kf2	ci
function|dump	2	kf	c
function|flush	-2	kf2	ci
function|help	2	kf	6h
function|kill	2	kf	1c
function|list	-2	kf	c
function|load	-3	kf2	4ci
function|restore	-3	kf2	4ci
function|stats	2	kf	1c
geoadd	-5	af2	4i	1,1,1	w:1:r0,1,0
geodist	-4	a1f	e	1,1,1	r:1:r0,1,0
geohash	-2	a1f	e	1,1,1	r:1:r0,1,0
geopos	-2	a1f	e	1,1,1	r:1:r0,1,0
georadius	-6	af2	47i	1,1,1	r:1:r0,1,0;w:STORE@6:r0,1,0;w:STOREDIST@6:r0,1,0	georadiusGetKeys
georadius_ro	-6	a1f	e	1,1,1	r:1:r0,1,0
georadiusbymember	-5	af2	47i	1,1,1	r:1:r0,1,0;w:STORE@5:r0,1,0;w:STOREDIST@5:r0,1,0	georadiusGetKeys
georadiusbymember_ro	-5	a1f	e	1,1,1	r:1:r0,1,0
geosearch	-7	a1f	e	1,1,1	r:1:r0,1,0
geosearchstore	-8	af2	4i	1,2,1	w:1:r0,1,0;r:2:r0,1,0
get	2	e17	5e	1,1,1	r:1:r0,1,0
getbit	3	8e1	5e	1,1,1	r:1:r0,1,0
getdel	2	e72	5i	1,1,1	rw:1:r0,1,0
getex	-2	e72	5i	1,1,1	rw:1:r0,1,0
getrange	4	1f7	e	1,1,1	r:1:r0,1,0
getset	3	e72	45i	1,1,1	rw:1:r0,1,0
hdel	-3	e62	5i	1,1,1	w:1:r0,1,0
hello	-1	ie	1569ch
hexists	3	e61	5e	1,1,1	:1:r0,1,0
hget	3	e61	5e	1,1,1	r:1:r0,1,0
hgetall	2	61f	e	1,1,1	r:1:r0,1,0
hincrby	4	e62	45i	1,1,1	rw:1:r0,1,0
hincrbyfloat	4	e62	45i	1,1,1	rw:1:r0,1,0
hkeys	2	61f	e	1,1,1	r:1:r0,1,0
hlen	2	e61	5e	1,1,1	:1:r0,1,0
hmget	-3	e61	5e	1,1,1	r:1:r0,1,0
hmset	-4	e62	45i	1,1,1	w:1:r0,1,0
hrandfield	-2	61f	e	1,1,1	r:1:r0,1,0
hscan	-3	61f	e	1,1,1	r:1:r0,1,0
hset	-4	e62	45i	1,1,1	w:1:r0,1,0
hsetnx	4	e62	45i	1,1,1	w:1:r0,1,0
hstrlen	3	e61	5e	1,1,1	:1:r0,1,0
hvals	2	61f	e	1,1,1	r:1:r0,1,0
incr	2	e72	45i	1,1,1	rw:1:r0,1,0
incrby	3	e72	45i	1,1,1	rw:1:r0,1,0
incrbyfloat	3	e72	45i	1,1,1	rw:1:r0,1,0
info	-1	hf	6h
keys	2	h01f	e
lastsave	1	dhe	56h
latency	-2	f
latency|doctor	2	dhf	06ch
latency|graph	3	dhf	06ch
latency|help	2	f	6h
latency|histogram	-2	dhf	06ch
latency|history	3	dhf	06ch
latency|latest	2	dhf	06ch
latency|reset	-2	dhf	06ch
lcs	-3	1f7	e	1,2,1	r:1:r1,1,0
lindex	3	51f	e	1,1,1	r:1:r0,1,0
linsert	5	5f2	4i	1,1,1	w:1:r0,1,0
llen	2	e51	5e	1,1,1	:1:r0,1,0
lmove	5	5f2	4i	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
lmpop	-4	5f2	7i		rw:1:n0,1,1	lmpopGetKeys
lolwut	-1	e1	5e
lpop	-2	e52	5i	1,1,1	rw:1:r0,1,0
lpos	-3	51f	e	1,1,1	r:1:r0,1,0
lpush	-3	e52	45i	1,1,1	w:1:r0,1,0
lpushx	-3	e52	45i	1,1,1	w:1:r0,1,0
lrange	4	51f	e	1,1,1	r:1:r0,1,0
lrem	4	5f2	i	1,1,1	w:1:r0,1,0
lset	4	5f2	4i	1,1,1	w:1:r0,1,0
ltrim	4	5f2	i	1,1,1	w:1:r0,1,0
memory	-2	f
memory|doctor	2	f
memory|help	2	f	6h
memory|malloc-stats	2	f	6
memory|purge	2	f	6
memory|stats	2	f
memory|usage	-3	1f	e	2,2,1	:2:r0,1,0
mget	-2	e17	5e	1,-1,1	r:1:r-1,1,0
migrate	-6	h0f2	7i	3,3,1	rw:3:r0,1,0;rwi:KEYS@-2:r-1,1,0	migrateGetKeys
module	-2	f
module|help	2	f	6h
module|list	2	dhf	0c
module|load	-3	dhf	08c
module|loadex	-3	dhf	08c
module|unload	3	dhf	08c
monitor	1	dhf	06ch
move	3	e02	5i	1,1,1	rw:1:r0,1,0
mset	-3	f72	4i	1,-1,2	w:1:r-1,2,0
msetnx	-3	f72	4i	1,-1,2	w:1:r-1,2,0
multi	1	ej	156bch
object	-2	f
object|encoding	3	01f	e	2,2,1	:2:r0,1,0
object|freq	3	01f	e	2,2,1	:2:r0,1,0
object|help	2	0f	6h
object|idletime	3	01f	e	2,2,1	:2:r0,1,0
object|refcount	3	01f	e	2,2,1	:2:r0,1,0
persist	2	e02	5i	1,1,1	w:1:r0,1,0
pexpire	-3	e02	5i	1,1,1	w:1:r0,1,0
pexpireat	-3	e02	5i	1,1,1	w:1:r0,1,0
pexpiretime	2	e01	5e	1,1,1	r:1:r0,1,0
pfadd	-2	e92	45i	1,1,1	w:1:r0,1,0
pfcount	-2	91f	e	1,-1,1	r:1:r-1,1,0
pfdebug	3	dh9f2	04i	2,2,1	r:2:r0,1,0
pfmerge	-2	9f2	4i	1,-1,1	rw:1:r0,1,0;r:2:r-1,1,0
pfselftest	1	dh9f	0
ping	-1	ie	5
psetex	4	f72	4i	1,1,1	w:1:r0,1,0
psubscribe	-2	cf	6cdh
psync	-3	dhf	08bc
pttl	2	e01	5e	1,1,1	r:1:r0,1,0
publish	3	ec	56dh
pubsub	-2	f
pubsub|channels	-2	cf	6dh
pubsub|help	2	f	6h
pubsub|numpat	2	cf	6dh
pubsub|numsub	-2	cf	6dh
pubsub|shardchannels	-2	cf	6dh
pubsub|shardnumsub	-2	cf	6dh
punsubscribe	-1	cf	6cdh
quit	-1	ie	1569ch
randomkey	1	01f	e
readonly	1	ie	56h
readwrite	1	ie	56h
rename	3	0f2	i	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
renamenx	3	e02	5i	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
replconf	-1	dhf	016ch
replicaof	3	dhf	08ch
reset	1	ie	1569ch
restore	-4	h0f2	4i	1,1,1	w:1:r0,1,0
restore-asking	-4	h0f2	24i	1,1,1	w:1:r0,1,0
role	1	dhe	56ch
rpop	-2	e52	5i	1,1,1	rw:1:r0,1,0
rpoplpush	3	5f2	4i	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
rpush	-3	e52	45i	1,1,1	w:1:r0,1,0
rpushx	-3	e52	45i	1,1,1	w:1:r0,1,0
sadd	-3	e32	45i	1,1,1	w:1:r0,1,0
save	1	dhf	08bc
scan	-2	01f	e
scard	2	e13	5e	1,1,1	:1:r0,1,0
script	-2	f
script|debug	3	kf	c
script|exists	-3	kf	c
script|flush	-2	kf	c
script|help	2	kf	6h
script|kill	2	kf	1c
script|load	3	kf	ch
script|show	3	kf	c
sdiff	-2	13f	e	1,-1,1	r:1:r-1,1,0
sdiffstore	-3	3f2	4i	1,-1,1	w:1:r0,1,0;r:2:r-1,1,0
select	2	ie	56h
set	-3	f72	4i	1,1,1	rwv:1:r0,1,0	setGetKeys
setbit	4	8f2	4i	1,1,1	rw:1:r0,1,0
setex	4	f72	4i	1,1,1	w:1:r0,1,0
setnx	3	e72	45i	1,1,1	w:1:r0,1,0
setrange	4	f72	4i	1,1,1	w:1:r0,1,0
shutdown	-1	dhf	016bch
sinter	-2	13f	e	1,-1,1	r:1:r-1,1,0
sintercard	-3	13f	7e		r:1:n0,1,1	sintercardGetKeys
sinterstore	-3	3f2	4i	1,-1,1	w:1:r0,1,0;r:2:r-1,1,0
sismember	3	e13	5e	1,1,1	:1:r0,1,0
slaveof	3	dhf	08ch
slowlog	-2	f
slowlog|get	-2	dhf	06h
slowlog|help	2	f	6h
slowlog|len	2	dhf	06h
slowlog|reset	2	dhf	06h
smembers	2	13f	e	1,1,1	r:1:r0,1,0
smismember	-3	e13	5e	1,1,1	r:1:r0,1,0
smove	4	e32	5i	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
sort	-2	h53f42	47i	1,1,1	r:1:r0,1,0;r:?:?;w:?:?	sortGetKeys
sort_ro	-2	h513f4	7e	1,1,1	r:1:r0,1,0;r:?:?	sortROGetKeys
spop	-2	e32	5i	1,1,1	rw:1:r0,1,0
spublish	3	ec	56dh	1,1,1	n:1:r0,1,0
srandmember	-2	13f	e	1,1,1	r:1:r0,1,0
srem	-3	e32	5i	1,1,1	w:1:r0,1,0
sscan	-3	13f	e	1,1,1	r:1:r0,1,0
ssubscribe	-2	cf	6cdh	1,-1,1	n:1:r-1,1,0
strlen	2	e17	5e	1,1,1	:1:r0,1,0
subscribe	-2	cf	6cdh
substr	4	1f7	e	1,1,1	r:1:r0,1,0
sunion	-2	13f	e	1,-1,1	r:1:r-1,1,0
sunionstore	-3	3f2	4i	1,-1,1	w:1:r0,1,0;r:2:r-1,1,0
sunsubscribe	-1	cf	6cdh	1,-1,1	n:1:r-1,1,0
swapdb	3	he02	5i
sync	1	dhf	08bc
time	1	e	56h
touch	-2	e01	5e	1,-1,1	:1:r-1,1,0
ttl	2	e01	5e	1,1,1	r:1:r0,1,0
type	2	e01	5e	1,1,1	:1:r0,1,0
unlink	-2	e02	5i	1,-1,1	w:1:r-1,1,0
unsubscribe	-1	cf	6cdh
unwatch	1	ej	156ch
wait	3	gif	3
waitaof	4	gif	3
watch	-2	ej	156bch	1,-1,1	:1:r-1,1,0
xack	-4	eb2	5i	1,1,1	w:1:r0,1,0
xadd	-5	eb2	45i	1,1,1	w:1:r0,1,0
xautoclaim	-6	eb2	5i	1,1,1	w:1:r0,1,0
xclaim	-6	eb2	5i	1,1,1	w:1:r0,1,0
xdel	-3	eb2	5i	1,1,1	w:1:r0,1,0
xgroup	-2	f
xgroup|create	-5	fb2	4i	2,2,1	w:2:r0,1,0
xgroup|createconsumer	5	fb2	4i	2,2,1	w:2:r0,1,0
xgroup|delconsumer	5	fb2	i	2,2,1	w:2:r0,1,0
xgroup|destroy	4	fb2	i	2,2,1	w:2:r0,1,0
xgroup|help	2	fb	6h
xgroup|setid	-5	fb2	i	2,2,1	w:2:r0,1,0
xinfo	-2	f
xinfo|consumers	4	1fb	e	2,2,1	r:2:r0,1,0
xinfo|groups	3	1fb	e	2,2,1	r:2:r0,1,0
xinfo|help	2	fb	6h
xinfo|stream	-3	1fb	e	2,2,1	r:2:r0,1,0
xlen	2	e1b	5e	1,1,1	:1:r0,1,0
xpending	-3	1fb	e	1,1,1	r:1:r0,1,0
xrange	-4	1fb	e	1,1,1	r:1:r0,1,0
xread	-4	g1fb	37e		r:STREAMS@1:r-1,1,2	xreadGetKeys
xreadgroup	-7	gfb2	37i		r:STREAMS@4:r-1,1,2	xreadGetKeys
xrevrange	-4	1fb	e	1,1,1	r:1:r0,1,0
xsetid	-3	eb2	45i	1,1,1	w:1:r0,1,0
xtrim	-4	fb2	i	1,1,1	w:1:r0,1,0
zadd	-4	e42	45i	1,1,1	w:1:r0,1,0
zcard	2	e14	5e	1,1,1	:1:r0,1,0
zcount	4	e14	5e	1,1,1	r:1:r0,1,0
zdiff	-3	1f4	7e		r:1:n0,1,1	zunionInterDiffGetKeys
zdiffstore	-4	f42	47i	1,1,1	w:1:r0,1,0;r:2:n0,1,1	zunionInterDiffStoreGetKeys
zincrby	4	e42	45i	1,1,1	rw:1:r0,1,0
zinter	-3	1f4	7e		r:1:n0,1,1	zunionInterDiffGetKeys
zintercard	-3	1f4	7e		r:1:n0,1,1	zunionInterDiffGetKeys
zinterstore	-4	f42	47i	1,1,1	w:1:r0,1,0;r:2:n0,1,1	zunionInterDiffStoreGetKeys
zlexcount	4	e14	5e	1,1,1	r:1:r0,1,0
zmpop	-4	f42	7i		rw:1:n0,1,1	zmpopGetKeys
zmscore	-3	e14	5e	1,1,1	r:1:r0,1,0
zpopmax	-2	e42	5i	1,1,1	rw:1:r0,1,0
zpopmin	-2	e42	5i	1,1,1	rw:1:r0,1,0
zrandmember	-2	1f4	e	1,1,1	r:1:r0,1,0
zrange	-4	1f4	e	1,1,1	r:1:r0,1,0
zrangebylex	-4	1f4	e	1,1,1	r:1:r0,1,0
zrangebyscore	-4	1f4	e	1,1,1	r:1:r0,1,0
zrangestore	-5	f42	4i	1,2,1	w:1:r0,1,0;r:2:r0,1,0
zrank	-3	e14	5e	1,1,1	r:1:r0,1,0
zrem	-3	e42	5i	1,1,1	w:1:r0,1,0
zremrangebylex	4	f42	i	1,1,1	w:1:r0,1,0
zremrangebyrank	4	f42	i	1,1,1	w:1:r0,1,0
zremrangebyscore	4	f42	i	1,1,1	w:1:r0,1,0
zrevrange	-4	1f4	e	1,1,1	r:1:r0,1,0
zrevrangebylex	-4	1f4	e	1,1,1	r:1:r0,1,0
zrevrangebyscore	-4	1f4	e	1,1,1	r:1:r0,1,0
zrevrank	-3	e14	5e	1,1,1	r:1:r0,1,0
zscan	-3	1f4	e	1,1,1	r:1:r0,1,0
zscore	3	e14	5e	1,1,1	r:1:r0,1,0
zunion	-3	1f4	7e		r:1:n0,1,1	zunionInterDiffGetKeys
zunionstore	-4	f42	47i	1,1,1	w:1:r0,1,0;r:2:n0,1,1	zunionInterDiffStoreGetKeys`;
