/**
 * A server with a wrong clock, for tests. libfaketime is unpacked from the Debian package of the server's own suite into the
 * cache and never installed. It needs the C library's memory: jemalloc, which Debian's servers bring, asks for the time
 * while it starts, and the two wait for each other. Redis 6.0 and 7.0 run with the C library's; newer servers call
 * jemalloc by names of its own, and get a preload of 40 lines instead, where this machine has a C compiler.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { findMirror, hasApt, unpack } from './apt.mjs';
import { cacheDir } from './servers.mjs';

/**
 * @typedef {import('./servers.mjs').Server} Server
 * @typedef {object} FakeClock
 * @property {string} by what makes it: `libfaketime`, or `own preload`
 * @property {readonly string[]} launcher words before the server's own command
 * @property {(seconds: number) => void} set how far ahead of the true time it is; takes effect at once
 */

/** Suites of the servers that libfaketime works with. */
const SUITES = ['bullseye', 'bookworm'];
const WORKS = /^(?:6\.0|7\.0)\./;
const COMPILERS = ['/usr/bin/cc', '/usr/bin/gcc', '/usr/bin/clang'];

/** The clock, called for everything that reads the time of day. It runs before there is memory to be had. */
const PRELOAD = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
extern char **environ;
static long ahead(void) {
  static const char name[] = "WARDIS_CLOCK=";
  const char *path = 0;
  for (char **entry = environ; entry && *entry; entry++) {
    int i = 0;
    while (name[i] && (*entry)[i] == name[i]) i++;
    if (!name[i]) path = *entry + i;
  }
  if (!path) return 0;
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[24];
  long length = syscall(SYS_read, fd, text, sizeof text), value = 0, sign = 1;
  syscall(SYS_close, fd);
  for (long i = 0; i < length; i++) {
    if (text[i] == '-') sign = -1;
    if (text[i] >= '0' && text[i] <= '9') value = value * 10 + text[i] - '0';
  }
  return sign * value;
}
int clock_gettime(clockid_t id, struct timespec *at) {
  int result = syscall(SYS_clock_gettime, id, at);
  if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) at->tv_sec += ahead();
  return result;
}
int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) at->tv_sec = now.tv_sec, at->tv_usec = now.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}
`;

/**
 * A clock for one server, kept in `dir`; or why it cannot be had. Never uses the network.
 * @param {Server} server @param {string} dir
 * @returns {FakeClock | { readonly reason: string }}
 */
export function openFakeClock(server, dir) {
  const file = join(dir, 'clock');
  const library = join(libraryDir(server.suite), 'libfaketime.so.1');
  if (WORKS.test(server.version) && existsSync(library)) {
    // The C library before jemalloc, so that memory is to be had while the clock starts.
    const libc = join(dirname(String(server.command[0])), 'libc.so.6');
    const set = (/** @type {number} */ seconds) =>
      writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    set(0);
    return {
      by: 'libfaketime',
      set,
      launcher: [
        'env',
        `LD_PRELOAD=${library}:${libc}`,
        `FAKETIME_TIMESTAMP_FILE=${file}`,
        'FAKETIME_NO_CACHE=1',
        'FAKETIME_DONT_FAKE_MONOTONIC=1',
      ],
    };
  }
  const compiler = COMPILERS.find((path) => existsSync(path));
  if (compiler === undefined) {
    return { reason: `libfaketime does not work with ${server.id}, and there is no C compiler here` };
  }
  const source = join(dir, 'clock.c');
  const preload = join(dir, 'clock.so');
  writeFileSync(source, PRELOAD);
  try {
    execFileSync(compiler, ['-shared', '-fPIC', '-O1', '-o', preload, source], { stdio: 'pipe' });
  } catch {
    return {
      reason: `libfaketime does not work with ${server.id}, and the C compiler here makes no library`,
    };
  }
  const set = (/** @type {number} */ seconds) => writeFileSync(file, `${seconds}\n`);
  set(0);
  return { by: 'own preload', set, launcher: ['env', `LD_PRELOAD=${preload}`, `WARDIS_CLOCK=${file}`] };
}

/**
 * Fetches libfaketime where it is missing. Never throws: a test that needs it is skipped then, and says so.
 * @param {(line: string) => void} [log]
 * @returns {Promise<boolean>} whether it is there for every suite that it works with
 */
export async function fetchFaketime(log = () => {}) {
  const mirror = hasApt() ? findMirror() : undefined;
  for (const suite of SUITES.filter((name) => !existsSync(libraryDir(name)))) {
    if (!mirror) return false;
    const parent = join(cacheDir(), 'faketime');
    mkdirSync(parent, { recursive: true });
    const work = mkdtempSync(join(parent, '.work-'));
    try {
      log(`fetching libfaketime of Debian ${suite}`);
      const root = join(work, 'root');
      const wanted = { suites: [suite], target: suite, packages: ['libfaketime'] };
      await unpack(mirror, wanted, join(work, 'apt'), root);
      const found = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((name) =>
        name.endsWith('/libfaketime.so.1'),
      );
      if (found === undefined) throw new Error('the package holds no library');
      const kept = join(work, 'kept');
      mkdirSync(kept);
      copyFileSync(realpathSync(join(root, found)), join(kept, 'libfaketime.so.1'));
      mkdirSync(dirname(libraryDir(suite)), { recursive: true });
      renameSync(kept, libraryDir(suite));
    } catch (error) {
      log(`libfaketime: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return SUITES.every((suite) => existsSync(libraryDir(suite)));
}

/** @param {string} suite */
function libraryDir(suite) {
  return join(cacheDir(), 'faketime', process.arch, suite);
}
