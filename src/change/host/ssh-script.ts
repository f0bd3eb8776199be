/**
 * What runs on the host of a node over ssh: small scripts for any POSIX shell, in one line each so that csh may be the
 * login shell, with every path as an argument and file contents on standard input. Used there: sh, ls, cat, ln, cp, mv,
 * rm, chmod, chown, sync, and sha256sum, shasum or openssl. They end with codes of their own, which ssh passes on.
 */

/** Ends of the scripts; 1 to 63 are left to the programs they use, 255 is ssh's own. */
export const SCRIPT_EXIT = {
  absent: 70,
  notAFile: 71,
  symbolicLink: 72,
  tooLarge: 73,
  changed: 75,
  /** What arrived is not what was sent: the connection was cut. */
  cut: 76,
  noBackup: 77,
  noHash: 78,
  unneeded: 80,
} as const;

const { absent, notAFile, symbolicLink, tooLarge, changed, cut, noBackup, noHash, unneeded } = SCRIPT_EXIT;

/** The same words everywhere; no globs, no inherited IFS; new files for us alone. */
const START = 'LC_ALL=C; export LC_ALL; set -f; umask 077';

/** `hash FILE`: hex, or nothing. */
const HASH = [
  'hash() { if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1" | cut -c1-64',
  'elif command -v shasum >/dev/null 2>&1; then shasum -a 256 <"$1" | cut -c1-64',
  'else openssl dgst -sha256 -r <"$1" | cut -c1-64; fi; }',
].join('; ');

/** `now`: the hash of the file at $p, or `absent`. Ends the script for what is no file, or cannot be read. */
const NOW = [
  `look() { if [ -L "$p" ]; then exit ${symbolicLink}; fi`,
  'if ! said=$(ls -dn -- "$p" 2>&1)',
  'then case "$said" in *"No such file"*) now=absent; return 0;; esac; echo "$said" >&2; exit 1; fi',
  `if [ ! -f "$p" ]; then exit ${notAFile}; fi`,
  'now=$(hash "$p")',
  `case "$now" in "") if [ -r "$p" ]; then exit ${noHash}; fi; exit 1;; esac; }`,
].join('; ');

/** Flushes what it is given, or everything where `sync` takes no names. */
const FLUSH = 'flush() { sync "$@" 2>/dev/null || sync; }';

/** Arguments: path, most bytes. Prints `mode links uid gid size …` as `ls -n` does, then the bytes. */
export const READ_SCRIPT = [
  START,
  'p=$1; max=$2',
  `if [ -L "$p" ]; then exit ${symbolicLink}; fi`,
  `if ! said=$(ls -dn -- "$p" 2>&1); then case "$said" in *"No such file"*) exit ${absent};; esac; echo "$said" >&2; exit 1; fi`,
  `if [ ! -f "$p" ]; then exit ${notAFile}; fi`,
  'echo "$said" | { read -r mode links uid gid size rest; echo "$mode $uid $gid $size"; }',
  'set -- $said',
  `if [ "$5" -gt "$max" ]; then exit ${tooLarge}; fi`,
  'exec cat -- "$p"',
].join('; ');

/** Arguments: folder. Prints `mode uid gid`. */
export const FOLDER_SCRIPT = [
  START,
  'ls -dn -- "$1" | { read -r mode links uid gid rest; echo "$mode $uid $gid 0"; }',
].join('; ');

/**
 * Arguments: path, temporary path, backup path, folder, hash before, hash after, mode in octal, uid:gid, `must` or `may`
 * keep the owner. Standard input: the content.
 */
export const PLACE_SCRIPT = [
  START,
  'p=$1; t=$2; b=$3; d=$4; before=$5; after=$6; mode=$7; owner=$8; keep=$9',
  HASH,
  NOW,
  FLUSH,
  'look',
  `if [ "$now" = "$after" ]; then exit ${unneeded}; fi`,
  `if [ "$now" != "$before" ]; then exit ${changed}; fi`,
  // A temporary file of an earlier try of this run; `set -C` makes the new one with O_EXCL.
  'rm -f -- "$t" || exit 1',
  'trap \'rm -f -- "$t"\' EXIT',
  "trap 'exit 1' HUP INT TERM PIPE",
  '(set -C; cat >"$t") || exit 1',
  'got=$(hash "$t")',
  `if [ "$got" = "" ]; then exit ${noHash}; fi`,
  `if [ "$got" != "$after" ]; then exit ${cut}; fi`,
  'set -- $(ls -dn -- "$t")',
  'if [ "$3:$4" != "$owner" ]; then if ! said=$(chown -- "$owner" "$t" 2>&1)',
  'then if [ "$keep" = must ]; then echo "$said" >&2; exit 1; fi; chgrp -- "${owner#*:}" "$t" 2>/dev/null; fi; fi',
  'chmod -- "$mode" "$t" || exit 1',
  'flush "$t"',
  'look',
  `if [ "$now" != "$before" ]; then exit ${changed}; fi`,
  'if [ "$before" != absent ]; then rm -f -- "$b" || exit 1; if ! ln -- "$p" "$b" 2>/dev/null; then cp -p -- "$p" "$b" || { rm -f -- "$b"; exit 1; }; flush "$b"; fi; fi',
  'mv -f -- "$t" "$p" || { if [ "$before" != absent ]; then rm -f -- "$b"; fi; exit 1; }',
  'flush "$d"',
].join('; ');

/** Arguments: path, temporary path, backup path, folder, hash before, hash placed. */
export const RESTORE_SCRIPT = [
  START,
  'p=$1; t=$2; b=$3; d=$4; before=$5; placed=$6',
  HASH,
  NOW,
  FLUSH,
  'rm -f -- "$t"',
  'look',
  `if [ "$now" = "$before" ]; then rm -f -- "$b"; exit ${unneeded}; fi`,
  `if [ "$now" != "$placed" ]; then exit ${changed}; fi`,
  `if [ "$before" = absent ]; then rm -f -- "$p" || exit 1; else if [ -L "$b" ] || [ ! -f "$b" ] || [ "$(hash "$b")" != "$before" ]; then exit ${noBackup}; fi; mv -f -- "$b" "$p" || exit 1; fi`,
  'flush "$d"',
].join('; ');

/** Arguments: backup path. */
export const REMOVE_SCRIPT = [START, 'rm -f -- "$1"'].join('; ');

/** Arguments: path, backup path that stays, folder. Only names that runs of ours give: `FILE.wardis-<time>-<operation>-<random>.bak`. */
export const REMOVE_OTHERS_SCRIPT = [
  START,
  'p=$1; keep=$2; d=$3',
  FLUSH,
  'set +f',
  'for b in "$p".wardis-[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z-[a-z]*-[0-9a-f]*.bak; do if [ "$b" != "$keep" ]; then rm -f -- "$b" || exit 1; fi; done',
  'flush "$d"',
].join('; ');

/** The one line that is handed to the login shell of the host. */
export function remoteCommand(script: string, args: readonly string[]): string {
  return ['exec', 'sh', '-c', quoteShell(script), 'wardis', ...args.map(quoteShell)].join(' ');
}

/** One word of a POSIX shell, whatever it holds. */
export function quoteShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
