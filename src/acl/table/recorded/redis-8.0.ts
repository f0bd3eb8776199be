// Made by scripts/build-tables.mjs from a recorded COMMAND reply. Columns: src/acl/table/table-text.ts
export const REDIS_8_0 = `keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting
admin allow_busy asking blocking denyoom fast loading module movablekeys no_async_loading no_auth no_mandatory_keys no_multi noscript pubsub readonly skip_monitor skip_slowlog stale write
VADD	-1		47j	1,1,1	rw:1:r0,1,0
VCARD	-1		57f	1,1,1	rw:1:r0,1,0
VDIM	-1		57f	1,1,1	rw:1:r0,1,0
VEMB	-1		57f	1,1,1	rw:1:r0,1,0
VGETATTR	-1		57f	1,1,1	rw:1:r0,1,0
VINFO	-1		57f	1,1,1	rw:1:r0,1,0
VISMEMBER	-1		7f	1,1,1	rw:1:r0,1,0
VLINKS	-1		57f	1,1,1	rw:1:r0,1,0
VRANDMEMBER	-1		7f	1,1,1	rw:1:r0,1,0
VREM	-1		7j	1,1,1	rw:1:r0,1,0
VSETATTR	-1		57j	1,1,1	rw:1:r0,1,0
VSIM	-1		7f	1,1,1	rw:1:r0,1,0
acl	-2	f
acl|cat	-2	f	6di
acl|deluser	-3	dhf	06di
acl|dryrun	-4	dhf	06di
acl|genpass	-2	f	6di
acl|getuser	3	dhf	06di
acl|help	2	f	6i
acl|list	2	dhf	06di
acl|load	2	dhf	06di
acl|log	-2	dhf	06di
acl|save	2	dhf	06di
acl|setuser	-3	dhf	06di
acl|users	2	dhf	06di
acl|whoami	2	f	6di
append	3	e72	45j	1,1,1	w:1:r0,1,0
asking	1	ie	5
auth	-2	ie	156adi
bgrewriteaof	1	dhf	09d
bgsave	-1	dhf	09d
bitcount	-2	81f	f	1,1,1	r:1:r0,1,0
bitfield	-2	8f2	4j	1,1,1	rwv:1:r0,1,0	bitfieldGetKeys
bitfield_ro	-2	8e1	5f	1,1,1	r:1:r0,1,0
bitop	-4	8f2	4j	2,-1,1	w:2:r0,1,0;r:3:r-1,1,0
bitpos	-3	81f	f	1,1,1	r:1:r0,1,0
blmove	6	g5f2	34j	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
blmpop	-5	g5f2	38j		rw:2:n0,1,1	blmpopGetKeys
blpop	-3	g5f2	3j	1,-2,1	rw:1:r-2,1,0
brpop	-3	g5f2	3j	1,-2,1	rw:1:r-2,1,0
brpoplpush	4	g5f2	34j	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
bzmpop	-5	gf42	38j		rw:2:n0,1,1	blmpopGetKeys
bzpopmax	-3	ge42	35j	1,-2,1	rw:1:r-2,1,0
bzpopmin	-3	ge42	35j	1,-2,1	rw:1:r-2,1,0
client	-2	f
client|caching	3	if	6di
client|getname	2	if	6di
client|getredir	2	if	6di
client|help	2	if	6i
client|id	2	if	6di
client|info	2	if	6di
client|kill	-3	dihf	06di
client|list	-2	dihf	06di
client|no-evict	3	dihf	06di
client|no-touch	3	if	6di
client|pause	-3	dihf	06di
client|reply	3	if	6di
client|setinfo	4	if	6di
client|setname	3	if	6di
client|tracking	-3	if	6di
client|trackinginfo	2	if	6di
client|unblock	-3	dihf	06di
client|unpause	2	dihf	06di
cluster	-2	f
cluster|addslots	-3	dhf	09i
cluster|addslotsrange	-4	dhf	09i
cluster|bumpepoch	2	dhf	09i
cluster|count-failure-reports	3	dhf	0i
cluster|countkeysinslot	3	f	i
cluster|delslots	-3	dhf	09i
cluster|delslotsrange	-4	dhf	09i
cluster|failover	-2	dhf	09i
cluster|flushslots	2	dhf	09i
cluster|forget	3	dhf	09i
cluster|getkeysinslot	4	f	i
cluster|help	2	f	6i
cluster|info	2	f	i
cluster|keyslot	3	f	i
cluster|links	2	f	i
cluster|meet	-4	dhf	09i
cluster|myid	2	f	i
cluster|myshardid	2	f	i
cluster|nodes	2	f	i
cluster|replicas	3	dhf	0i
cluster|replicate	3	dhf	09i
cluster|reset	-2	dhf	0di
cluster|saveconfig	2	dhf	09i
cluster|set-config-epoch	3	dhf	09i
cluster|setslot	-4	dhf	09i
cluster|shards	2	f	6i
cluster|slaves	3	dhf	0i
cluster|slots	2	f	6i
command	-1	if	6i
command|count	2	if	6i
command|docs	-2	if	6i
command|getkeys	-3	if	6i
command|getkeysandflags	-3	if	6i
command|help	2	if	6i
command|info	-2	if	6i
command|list	-2	if	6i
config	-2	f
config|get	-3	dhf	06di
config|help	2	f	6i
config|resetstat	2	dhf	06di
config|rewrite	2	dhf	06di
config|set	-4	dhf	06di
copy	-3	0f2	4j	1,2,1	r:1:r0,1,0;w:2:r0,1,0
dbsize	1	e01	5f
debug	-2	dhf	06di
decr	2	e72	45j	1,1,1	rw:1:r0,1,0
decrby	3	e72	45j	1,1,1	rw:1:r0,1,0
del	-2	0f2	j	1,-1,1	w:1:r-1,1,0
discard	1	ej	156di
dump	2	01f	f	1,1,1	r:1:r0,1,0
echo	2	ie	56i
eval	-3	kf	8bdgi		rw:2:n0,1,1	evalGetKeys
eval_ro	-3	kf	8bdfgi		r:2:n0,1,1	evalGetKeys
evalsha	-3	kf	8bdgi		rw:2:n0,1,1	evalGetKeys
evalsha_ro	-3	kf	8bdfgi		r:2:n0,1,1	evalGetKeys
exec	1	fj	6dhi
exists	-2	e01	5f	1,-1,1	:1:r-1,1,0
expire	-3	e02	5j	1,1,1	w:1:r0,1,0
expireat	-3	e02	5j	1,1,1	w:1:r0,1,0
expiretime	2	e01	5f	1,1,1	r:1:r0,1,0
failover	-1	dhf	0di
fcall	-3	kf	8bdgi		rw:2:n0,1,1	functionGetKeys
fcall_ro	-3	kf	8bdfgi		r:2:n0,1,1	functionGetKeys
flushall	-1	h0f2	j
flushdb	-1	h0f2	j
function	-2	f
function|delete	3	kf2	dj
function|dump	2	kf	d
function|flush	-2	kf2	dj
function|help	2	kf	6i
function|kill	2	kf	1d
function|list	-2	kf	d
function|load	-3	kf2	4dj
function|restore	-3	kf2	4dj
function|stats	2	kf	1d
geoadd	-5	af2	4j	1,1,1	w:1:r0,1,0
geodist	-4	a1f	f	1,1,1	r:1:r0,1,0
geohash	-2	a1f	f	1,1,1	r:1:r0,1,0
geopos	-2	a1f	f	1,1,1	r:1:r0,1,0
georadius	-6	af2	48j	1,1,1	r:1:r0,1,0;w:STORE@6:r0,1,0;w:STOREDIST@6:r0,1,0	georadiusGetKeys
georadius_ro	-6	a1f	f	1,1,1	r:1:r0,1,0
georadiusbymember	-5	af2	48j	1,1,1	r:1:r0,1,0;w:STORE@5:r0,1,0;w:STOREDIST@5:r0,1,0	georadiusGetKeys
georadiusbymember_ro	-5	a1f	f	1,1,1	r:1:r0,1,0
geosearch	-7	a1f	f	1,1,1	r:1:r0,1,0
geosearchstore	-8	af2	4j	1,2,1	w:1:r0,1,0;r:2:r0,1,0
get	2	e17	5f	1,1,1	r:1:r0,1,0
getbit	3	8e1	5f	1,1,1	r:1:r0,1,0
getdel	2	e72	5j	1,1,1	rw:1:r0,1,0
getex	-2	e72	5j	1,1,1	rw:1:r0,1,0
getrange	4	1f7	f	1,1,1	r:1:r0,1,0
getset	3	e72	45j	1,1,1	rw:1:r0,1,0
hdel	-3	e62	5j	1,1,1	w:1:r0,1,0
hello	-1	ie	156adi
hexists	3	e61	5f	1,1,1	:1:r0,1,0
hexpire	-6	e62	5j	1,1,1	w:1:r0,1,0
hexpireat	-6	e62	5j	1,1,1	w:1:r0,1,0
hexpiretime	-5	e61	5f	1,1,1	r:1:r0,1,0
hget	3	e61	5f	1,1,1	r:1:r0,1,0
hgetall	2	61f	f	1,1,1	r:1:r0,1,0
hgetdel	-5	e62	5j	1,1,1	rw:1:r0,1,0
hgetex	-5	e62	5j	1,1,1	rw:1:r0,1,0
hincrby	4	e62	45j	1,1,1	rw:1:r0,1,0
hincrbyfloat	4	e62	45j	1,1,1	rw:1:r0,1,0
hkeys	2	61f	f	1,1,1	r:1:r0,1,0
hlen	2	e61	5f	1,1,1	:1:r0,1,0
hmget	-3	e61	5f	1,1,1	r:1:r0,1,0
hmset	-4	e62	45j	1,1,1	w:1:r0,1,0
hpersist	-5	e62	5j	1,1,1	w:1:r0,1,0
hpexpire	-6	e62	5j	1,1,1	w:1:r0,1,0
hpexpireat	-6	e62	5j	1,1,1	w:1:r0,1,0
hpexpiretime	-5	e61	5f	1,1,1	r:1:r0,1,0
hpttl	-5	e61	5f	1,1,1	r:1:r0,1,0
hrandfield	-2	61f	f	1,1,1	r:1:r0,1,0
hscan	-3	61f	f	1,1,1	r:1:r0,1,0
hset	-4	e62	45j	1,1,1	w:1:r0,1,0
hsetex	-6	e62	45j	1,1,1	w:1:r0,1,0
hsetnx	4	e62	45j	1,1,1	w:1:r0,1,0
hstrlen	3	e61	5f	1,1,1	:1:r0,1,0
httl	-5	e61	5f	1,1,1	r:1:r0,1,0
hvals	2	61f	f	1,1,1	r:1:r0,1,0
incr	2	e72	45j	1,1,1	rw:1:r0,1,0
incrby	3	e72	45j	1,1,1	rw:1:r0,1,0
incrbyfloat	3	e72	45j	1,1,1	rw:1:r0,1,0
info	-1	hf	6i
keys	2	h01f	f
lastsave	1	dhe	56i
latency	-2	f
latency|doctor	2	dhf	06di
latency|graph	3	dhf	06di
latency|help	2	f	6i
latency|histogram	-2	dhf	06di
latency|history	3	dhf	06di
latency|latest	2	dhf	06di
latency|reset	-2	dhf	06di
lcs	-3	1f7	f	1,2,1	r:1:r1,1,0
lindex	3	51f	f	1,1,1	r:1:r0,1,0
linsert	5	5f2	4j	1,1,1	w:1:r0,1,0
llen	2	e51	5f	1,1,1	:1:r0,1,0
lmove	5	5f2	4j	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
lmpop	-4	5f2	8j		rw:1:n0,1,1	lmpopGetKeys
lolwut	-1	e1	5f
lpop	-2	e52	5j	1,1,1	rw:1:r0,1,0
lpos	-3	51f	f	1,1,1	r:1:r0,1,0
lpush	-3	e52	45j	1,1,1	w:1:r0,1,0
lpushx	-3	e52	45j	1,1,1	w:1:r0,1,0
lrange	4	51f	f	1,1,1	r:1:r0,1,0
lrem	4	5f2	j	1,1,1	w:1:r0,1,0
lset	4	5f2	4j	1,1,1	w:1:r0,1,0
ltrim	4	5f2	j	1,1,1	w:1:r0,1,0
memory	-2	f
memory|doctor	2	f
memory|help	2	f	6i
memory|malloc-stats	2	f
memory|purge	2	f
memory|stats	2	f
memory|usage	-3	1f	f	2,2,1	:2:r0,1,0
mget	-2	e17	5f	1,-1,1	r:1:r-1,1,0
migrate	-6	h0f2	8j	3,3,1	rw:3:r0,1,0;rwi:KEYS@-2:r-1,1,0	migrateGetKeys
module	-2	f
module|help	2	f	6i
module|list	2	dhf	0d
module|load	-3	dhf	09d
module|loadex	-3	dhf	09d
module|unload	3	dhf	09d
monitor	1	dhf	06di
move	3	e02	5j	1,1,1	rw:1:r0,1,0
mset	-3	f72	4j	1,-1,2	w:1:r-1,2,0
msetnx	-3	f72	4j	1,-1,2	w:1:r-1,2,0
multi	1	ej	156di
object	-2	f
object|encoding	3	01f	f	2,2,1	:2:r0,1,0
object|freq	3	01f	f	2,2,1	:2:r0,1,0
object|help	2	0f	6i
object|idletime	3	01f	f	2,2,1	:2:r0,1,0
object|refcount	3	01f	f	2,2,1	:2:r0,1,0
persist	2	e02	5j	1,1,1	w:1:r0,1,0
pexpire	-3	e02	5j	1,1,1	w:1:r0,1,0
pexpireat	-3	e02	5j	1,1,1	w:1:r0,1,0
pexpiretime	2	e01	5f	1,1,1	r:1:r0,1,0
pfadd	-2	e92	45j	1,1,1	w:1:r0,1,0
pfcount	-2	91f	f	1,-1,1	r:1:r-1,1,0
pfdebug	3	dh9f2	04j	2,2,1	r:2:r0,1,0
pfmerge	-2	9f2	4j	1,-1,1	rw:1:r0,1,0;r:2:r-1,1,0
pfselftest	1	dh9f	0
ping	-1	ie	5
psetex	4	f72	4j	1,1,1	w:1:r0,1,0
psubscribe	-2	cf	6dei
psync	-3	dhf	09cd
pttl	2	e01	5f	1,1,1	r:1:r0,1,0
publish	3	ec	56ei
pubsub	-2	f
pubsub|channels	-2	cf	6ei
pubsub|help	2	f	6i
pubsub|numpat	2	cf	6ei
pubsub|numsub	-2	cf	6ei
pubsub|shardchannels	-2	cf	6ei
pubsub|shardnumsub	-2	cf	6ei
punsubscribe	-1	cf	6dei
quit	-1	ie	156adi
randomkey	1	01f	f
readonly	1	ie	56i
readwrite	1	ie	56i
rename	3	0f2	j	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
renamenx	3	e02	5j	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
replconf	-1	dhf	016di
replicaof	3	dhf	09di
reset	1	ie	156adi
restore	-4	h0f2	4j	1,1,1	w:1:r0,1,0
restore-asking	-4	h0f2	24j	1,1,1	w:1:r0,1,0
role	1	dhe	56di
rpop	-2	e52	5j	1,1,1	rw:1:r0,1,0
rpoplpush	3	5f2	4j	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
rpush	-3	e52	45j	1,1,1	w:1:r0,1,0
rpushx	-3	e52	45j	1,1,1	w:1:r0,1,0
sadd	-3	e32	45j	1,1,1	w:1:r0,1,0
save	1	dhf	09cd
scan	-2	01f	f
scard	2	e13	5f	1,1,1	:1:r0,1,0
script	-2	f
script|debug	3	kf	d
script|exists	-3	kf	d
script|flush	-2	kf	d
script|help	2	kf	6i
script|kill	2	kf	1d
script|load	3	kf	di
sdiff	-2	13f	f	1,-1,1	r:1:r-1,1,0
sdiffstore	-3	3f2	4j	1,-1,1	w:1:r0,1,0;r:2:r-1,1,0
select	2	ie	56i
set	-3	f72	4j	1,1,1	rwv:1:r0,1,0	setGetKeys
setbit	4	8f2	4j	1,1,1	rw:1:r0,1,0
setex	4	f72	4j	1,1,1	w:1:r0,1,0
setnx	3	e72	45j	1,1,1	w:1:r0,1,0
setrange	4	f72	4j	1,1,1	w:1:r0,1,0
shutdown	-1	dhf	016cdi
sinter	-2	13f	f	1,-1,1	r:1:r-1,1,0
sintercard	-3	13f	8f		r:1:n0,1,1	sintercardGetKeys
sinterstore	-3	3f2	4j	1,-1,1	w:1:r0,1,0;r:2:r-1,1,0
sismember	3	e13	5f	1,1,1	:1:r0,1,0
slaveof	3	dhf	09di
slowlog	-2	f
slowlog|get	-2	dhf	06i
slowlog|help	2	f	6i
slowlog|len	2	dhf	06i
slowlog|reset	2	dhf	06i
smembers	2	13f	f	1,1,1	r:1:r0,1,0
smismember	-3	e13	5f	1,1,1	r:1:r0,1,0
smove	4	e32	5j	1,2,1	rw:1:r0,1,0;w:2:r0,1,0
sort	-2	h53f42	48j	1,1,1	r:1:r0,1,0;r:?:?;w:?:?	sortGetKeys
sort_ro	-2	h513f4	8f	1,1,1	r:1:r0,1,0;r:?:?	sortROGetKeys
spop	-2	e32	5j	1,1,1	rw:1:r0,1,0
spublish	3	ec	56ei	1,1,1	n:1:r0,1,0
srandmember	-2	13f	f	1,1,1	r:1:r0,1,0
srem	-3	e32	5j	1,1,1	w:1:r0,1,0
sscan	-3	13f	f	1,1,1	r:1:r0,1,0
ssubscribe	-2	cf	6dei	1,-1,1	n:1:r-1,1,0
strlen	2	e17	5f	1,1,1	:1:r0,1,0
subscribe	-2	cf	6dei
substr	4	1f7	f	1,1,1	r:1:r0,1,0
sunion	-2	13f	f	1,-1,1	r:1:r-1,1,0
sunionstore	-3	3f2	4j	1,-1,1	w:1:r0,1,0;r:2:r-1,1,0
sunsubscribe	-1	cf	6dei	1,-1,1	n:1:r-1,1,0
swapdb	3	he02	5j
sync	1	dhf	09cd
time	1	e	56i
touch	-2	e01	5f	1,-1,1	:1:r-1,1,0
ttl	2	e01	5f	1,1,1	r:1:r0,1,0
type	2	e01	5f	1,1,1	:1:r0,1,0
unlink	-2	e02	5j	1,-1,1	w:1:r-1,1,0
unsubscribe	-1	cf	6dei
unwatch	1	ej	156di
wait	3	gif	3
waitaof	4	gif	3
watch	-2	ej	156di	1,-1,1	:1:r-1,1,0
xack	-4	eb2	5j	1,1,1	w:1:r0,1,0
xadd	-5	eb2	45j	1,1,1	w:1:r0,1,0
xautoclaim	-6	eb2	5j	1,1,1	w:1:r0,1,0
xclaim	-6	eb2	5j	1,1,1	w:1:r0,1,0
xdel	-3	eb2	5j	1,1,1	w:1:r0,1,0
xgroup	-2	f
xgroup|create	-5	fb2	4j	2,2,1	w:2:r0,1,0
xgroup|createconsumer	5	fb2	4j	2,2,1	w:2:r0,1,0
xgroup|delconsumer	5	fb2	j	2,2,1	w:2:r0,1,0
xgroup|destroy	4	fb2	j	2,2,1	w:2:r0,1,0
xgroup|help	2	fb	6i
xgroup|setid	-5	fb2	j	2,2,1	w:2:r0,1,0
xinfo	-2	f
xinfo|consumers	4	1fb	f	2,2,1	r:2:r0,1,0
xinfo|groups	3	1fb	f	2,2,1	r:2:r0,1,0
xinfo|help	2	fb	6i
xinfo|stream	-3	1fb	f	2,2,1	r:2:r0,1,0
xlen	2	e1b	5f	1,1,1	:1:r0,1,0
xpending	-3	1fb	f	1,1,1	r:1:r0,1,0
xrange	-4	1fb	f	1,1,1	r:1:r0,1,0
xread	-4	g1fb	38f		r:STREAMS@1:r-1,1,2	xreadGetKeys
xreadgroup	-7	gfb2	38j		r:STREAMS@4:r-1,1,2	xreadGetKeys
xrevrange	-4	1fb	f	1,1,1	r:1:r0,1,0
xsetid	-3	eb2	45j	1,1,1	w:1:r0,1,0
xtrim	-4	fb2	j	1,1,1	w:1:r0,1,0
zadd	-4	e42	45j	1,1,1	w:1:r0,1,0
zcard	2	e14	5f	1,1,1	:1:r0,1,0
zcount	4	e14	5f	1,1,1	r:1:r0,1,0
zdiff	-3	1f4	8f		r:1:n0,1,1	zunionInterDiffGetKeys
zdiffstore	-4	f42	48j	1,1,1	w:1:r0,1,0;r:2:n0,1,1	zunionInterDiffStoreGetKeys
zincrby	4	e42	45j	1,1,1	rw:1:r0,1,0
zinter	-3	1f4	8f		r:1:n0,1,1	zunionInterDiffGetKeys
zintercard	-3	1f4	8f		r:1:n0,1,1	zunionInterDiffGetKeys
zinterstore	-4	f42	48j	1,1,1	w:1:r0,1,0;r:2:n0,1,1	zunionInterDiffStoreGetKeys
zlexcount	4	e14	5f	1,1,1	r:1:r0,1,0
zmpop	-4	f42	8j		rw:1:n0,1,1	zmpopGetKeys
zmscore	-3	e14	5f	1,1,1	r:1:r0,1,0
zpopmax	-2	e42	5j	1,1,1	rw:1:r0,1,0
zpopmin	-2	e42	5j	1,1,1	rw:1:r0,1,0
zrandmember	-2	1f4	f	1,1,1	r:1:r0,1,0
zrange	-4	1f4	f	1,1,1	r:1:r0,1,0
zrangebylex	-4	1f4	f	1,1,1	r:1:r0,1,0
zrangebyscore	-4	1f4	f	1,1,1	r:1:r0,1,0
zrangestore	-5	f42	4j	1,2,1	w:1:r0,1,0;r:2:r0,1,0
zrank	-3	e14	5f	1,1,1	r:1:r0,1,0
zrem	-3	e42	5j	1,1,1	w:1:r0,1,0
zremrangebylex	4	f42	j	1,1,1	w:1:r0,1,0
zremrangebyrank	4	f42	j	1,1,1	w:1:r0,1,0
zremrangebyscore	4	f42	j	1,1,1	w:1:r0,1,0
zrevrange	-4	1f4	f	1,1,1	r:1:r0,1,0
zrevrangebylex	-4	1f4	f	1,1,1	r:1:r0,1,0
zrevrangebyscore	-4	1f4	f	1,1,1	r:1:r0,1,0
zrevrank	-3	e14	5f	1,1,1	r:1:r0,1,0
zscan	-3	1f4	f	1,1,1	r:1:r0,1,0
zscore	3	e14	5f	1,1,1	r:1:r0,1,0
zunion	-3	1f4	8f		r:1:n0,1,1	zunionInterDiffGetKeys
zunionstore	-4	f42	48j	1,1,1	w:1:r0,1,0;r:2:n0,1,1	zunionInterDiffStoreGetKeys`;
