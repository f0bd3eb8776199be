/**
 * Debian packages without installing them: a private apt state per suite, whose packages are downloaded, checked
 * against the archive's signature by apt itself, and unpacked. Works without root. The mirror comes from this
 * machine's own apt sources, so no host name is written here.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One apt command may take this long: a slow mirror, not a hung one. */
const APT_TIMEOUT_MS = 120_000;
const APT_TRIES_MAX = 2;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SUITE =
  /^(?:bullseye|bookworm|trixie|forky|duke|sid|unstable|testing|stable|oldstable|oldoldstable)(?:-updates|-backports)?$/;

/**
 * @typedef {{ readonly uri: string, readonly signedBy: string }} Mirror
 * @typedef {{ readonly suites: readonly string[], readonly target: string, readonly packages: readonly string[] }} Wanted
 */

/** Whether this machine has apt-get and dpkg-deb. */
export function hasApt() {
  return existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb');
}

/**
 * The first Debian archive named by this machine's apt sources, deb822 and one-line forms alike; security archives
 * and other vendors' are passed over.
 * @returns {Mirror | undefined}
 */
export function findMirror(etc = '/etc/apt') {
  for (const { name, text } of readSources(etc)) {
    const entries = name.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);
    for (const entry of entries) {
      const uri = entry.uris.find((u) => /^(?:https?|file|mirror\+\w+):/.test(u));
      if (!uri || /security/.test(uri)) continue;
      if (!entry.suites.some((s) => SUITE.test(s)) || !entry.components.includes('main')) continue;
      const signedBy = [entry.signedBy, KEYRING].find((path) => path !== undefined && existsSync(path));
      if (signedBy) return { uri: uri.replace(/\/$/, ''), signedBy };
    }
  }
  return undefined;
}

/**
 * Downloads packages with everything they depend on, from one suite alone, and unpacks them under `root`.
 * Throws when the suite or a package is not there, or a signature is wrong.
 * @param {Mirror} mirror
 * @param {Wanted} wanted
 * @param {string} dir working directory: the index, the packages; kept by the caller or removed
 * @param {string} root where to unpack
 */
export async function unpack(mirror, wanted, dir, root) {
  const options = prepare(mirror, wanted.suites, dir);
  await aptGet([...options, 'update']);
  await aptGet([
    ...options,
    '--yes',
    '--no-install-recommends',
    '--download-only',
    '--target-release',
    wanted.target,
    'install',
    ...wanted.packages,
  ]);
  mkdirSync(root, { recursive: true });
  const archives = join(dir, 'cache/archives');
  for (const name of readdirSync(archives).filter((n) => n.endsWith('.deb'))) {
    await run('/usr/bin/dpkg-deb', ['-x', join(archives, name), root], { timeout: APT_TIMEOUT_MS });
  }
}

/**
 * The apt options that keep everything inside `dir`. An empty status file makes apt see a machine with nothing
 * installed, so that every library comes along.
 * @param {Mirror} mirror @param {readonly string[]} suites @param {string} dir
 */
function prepare(mirror, suites, dir) {
  for (const sub of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(dir, sub), { recursive: true });
  const status = join(dir, 'state/status');
  const sources = join(dir, 'sources.list');
  writeFileSync(status, '');
  const lines = suites.map((suite) => `deb [signed-by=${mirror.signedBy}] ${mirror.uri} ${suite} main\n`);
  writeFileSync(sources, lines.join(''));
  const settings = {
    'Dir::State': join(dir, 'state'),
    'Dir::State::status': status,
    'Dir::Cache': join(dir, 'cache'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'APT::Sandbox::User': '',
    'APT::Update::Error-Mode': 'any',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': '20',
    'Acquire::https::Timeout': '20',
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** @param {readonly string[]} args */
async function aptGet(args) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run('/usr/bin/apt-get', [...args], {
        timeout: APT_TIMEOUT_MS,
        maxBuffer: OUTPUT_BYTES_MAX,
        env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      });
      return;
    } catch (error) {
      const { killed, stderr } = Object(error);
      const text = killed === true ? 'no answer from the mirror' : String(stderr ?? error);
      const gone =
        /does not have a Release file|Unable to locate|no installation candidate|is not available/.test(text);
      if (gone || attempt >= APT_TRIES_MAX) throw new Error(firstErrorLine(text), { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 1000 * attempt));
    }
  }
}

/** @param {string} text */
function firstErrorLine(text) {
  const line = text.split('\n').find((l) => l.startsWith('E: ')) ?? text.split('\n')[0] ?? 'apt-get failed';
  return line.replace(/^E: /, '').replace(/https?:\/\/[^\s']+/g, 'from the mirror:');
}

/** @param {string} etc */
function readSources(etc) {
  const paths = [join(etc, 'sources.list')];
  const parts = join(etc, 'sources.list.d');
  if (existsSync(parts))
    paths.push(
      ...readdirSync(parts)
        .sort()
        .map((name) => join(parts, name)),
    );
  return paths
    .filter((path) => /\.(?:list|sources)$/.test(path) && existsSync(path))
    .map((path) => ({ name: path, text: readFileSync(path, 'utf8') }));
}

/**
 * @typedef {{ uris: string[], suites: string[], components: string[], signedBy: string | undefined }} Entry
 * @param {string} text
 * @returns {Entry[]}
 */
function parseDeb822(text) {
  return text
    .split(/\n\s*\n/)
    .map((stanza) => {
      /** @type {Map<string, string>} */
      const fields = new Map();
      let last = '';
      for (const line of stanza.split('\n').filter((l) => !l.startsWith('#'))) {
        const match = /^([\w-]+):\s*(.*)$/.exec(line);
        if (match) {
          last = String(match[1]).toLowerCase();
          fields.set(last, String(match[2]));
        } else if (/^\s/.test(line)) fields.set(last, `${fields.get(last) ?? ''} ${line.trim()}`);
      }
      return fields;
    })
    .filter(
      (fields) => words(fields.get('types')).includes('deb') && !/^no$/i.test(fields.get('enabled') ?? ''),
    )
    .map((fields) => ({
      uris: words(fields.get('uris')),
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
      signedBy: words(fields.get('signed-by'))[0],
    }));
}

/** @param {string} text @returns {Entry[]} */
function parseOneLine(text) {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line);
    if (!match) return [];
    const signedBy = /signed-by=(\S+)/.exec(match[1] ?? '')?.[1];
    return [{ uris: [String(match[2])], suites: [String(match[3])], components: words(match[4]), signedBy }];
  });
}

/** @param {string | undefined} text */
function words(text) {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
