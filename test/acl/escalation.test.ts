/** What a user could become: the graph, its shortest paths, and that its facts are those of the advisories. */
import { describe, expect, it } from 'vitest';
import {
  defaultUser,
  ESCALATION_EDGES,
  findEscalations,
  parseUser,
  POWERS,
  printEvidence,
  printPath,
  printRequirement,
  tableFor,
  type EscalationFacts,
  type Escalations,
  type User,
} from '../../src/acl/index.ts';
import { exampleOf } from '../../src/acl/escalation/witness.ts';
import { globMatch } from '../../src/acl/decision/glob.ts';
import { isBuild, type Requirement } from '../../src/acl/escalation/requirement.ts';
import { ADVISORIES } from '../../src/posture/advisories/list.ts';
import { BRANCHES } from '../../src/posture/advisories/branches.ts';
import type { Advisory } from '../../src/posture/advisories/advisory.ts';
import { compareVersions } from '../../src/conf/index.ts';

function userOf(rules: string, server = 'redis-7.2.6', name = 'u'): User {
  const [product = '', version = ''] = server.split('-');
  const table = tableFor({ product: product === 'redis' ? 'redis' : 'valkey', version });
  const { user, problems } = parseUser(name, rules.split(' '), table);
  if (user === undefined) throw new Error(problems[0]?.message);
  return user;
}

function find(rules: string, server?: string, facts: EscalationFacts = {}): Escalations {
  const user = userOf(rules, server);
  return findEscalations(user, user.table, facts);
}

/** A server where nothing but the user's own rights counts. */
function closed(server = 'redis-7.2.6'): EscalationFacts {
  return { defaultUser: userOf('off resetpass -@all', server, 'default') };
}

function ids(found: Escalations): readonly string[] {
  return found.steps.map(({ edge }) => edge.id);
}

describe('the graph', () => {
  it('names every edge once, and every power in it', () => {
    expect(new Set(ESCALATION_EDGES.map(({ id }) => id)).size).toBe(ESCALATION_EDGES.length);
    const powers = POWERS.map(({ power }) => power);
    for (const { from, to, id } of ESCALATION_EDGES) {
      expect(id).toMatch(/^esc-[a-z0-9.-]+$/);
      expect(powers).toContain(to);
      if (from !== 'own-rights') expect(powers).toContain(from);
    }
    for (const power of powers)
      expect(
        ESCALATION_EDGES.some(({ to }) => to === power),
        power,
      ).toBe(true);
  });

  it('says in words what each edge asks for and where it was seen', () => {
    for (const edge of ESCALATION_EDGES) {
      expect(printRequirement(edge.requires), edge.id).not.toBe('');
      expect(printEvidence(edge), edge.id).toMatch(/^run on |not run$/);
      for (const text of [edge.title, edge.how, edge.end]) expect(text, edge.id).not.toBe('');
    }
  });

  it('asks only for command lines that some version accepts', () => {
    const servers = ['redis-6.0.16', 'redis-7.2.6', 'valkey-9.1.2'];
    for (const argv of ESCALATION_EDGES.flatMap(({ requires }) => commandLines(requires))) {
      const known = servers.some((server) => {
        const user = userOf('~* +@all', server);
        return user.table.commands.has((argv[0] ?? '').toLowerCase());
      });
      expect(known, argv.join(' ')).toBe(true);
    }
  });

  it('holds each published flaw open for the same builds as the advisories do', () => {
    const edges = ESCALATION_EDGES.filter(({ advisory }) => advisory !== undefined);
    let compared = 0;
    for (const edge of edges) {
      const advisory = ADVISORIES.find(({ aliases }) => aliases.includes(edge.advisory ?? ''));
      const builds = buildsIn(edge.requires);
      if (advisory === undefined || builds === undefined) continue;
      for (const { product, branch } of BRANCHES) {
        if (Number.parseInt(branch, 10) < 6) continue;
        for (let patch = 0; patch < 24; patch++) {
          const version = `${branch}.${patch}`;
          const open = isAffected(advisory, product, version);
          if (open === undefined) continue;
          expect(isBuild(builds, { product, version }), `${edge.id} on ${product} ${version}`).toBe(open);
          compared++;
        }
      }
    }
    expect(compared).toBeGreaterThan(1000);
  });
});

describe('full control', () => {
  it.each([
    ['+acl|setuser', 'ACL SETUSER → full control'],
    ['+replicaof', 'REPLICAOF → full control'],
    ['+slaveof', 'SLAVEOF → full control'],
    ['+psync +replconf +failover', 'FAILOVER or PSYNC or REPLCONF → full control'],
    ['+@slow', 'ACL SETUSER → full control'],
    ['+@admin', 'ACL SETUSER → full control'],
    ['+@all -acl', 'REPLICAOF or SLAVEOF → full control'],
  ])('is one certain step away for %s', (rules, line) => {
    const { fullControl } = find(`on >s ~app:* ${rules}`, undefined, closed());
    expect(fullControl?.certainty).toBe('certain');
    expect(fullControl && printPath(fullControl)).toBe(line);
  });

  it('takes the way through default where default is on and powerful', () => {
    const facts = { defaultUser: userOf('on >secret ~* &* +@all', undefined, 'default') };
    const { fullControl } = find('on >s +config|set', undefined, facts);
    expect(fullControl && printPath(fullControl)).toBe(
      'CONFIG SET requirepass → acts as default → full control',
    );
  });

  it('goes on with the rights of a default that is on but bound', () => {
    const facts = { defaultUser: userOf('on >secret +acl|setuser', undefined, 'default') };
    const { fullControl } = find('on >s +config|set', undefined, facts);
    expect(fullControl && printPath(fullControl)).toBe(
      'CONFIG SET requirepass → ACL SETUSER as default → full control',
    );
    const bound = { defaultUser: userOf('on >secret ~x +get', undefined, 'default') };
    const found = find('on >s +config|set', undefined, {
      ...bound,
      settings: new Map([['enable-protected-configs', 'no']]),
    });
    expect(found.fullControl).toBeUndefined();
    expect(found.powers).toContain('default-user');
  });

  it('reads the password of default and uses it, if there is one', () => {
    const defaultUser = userOf('on >secret ~* &* +@all', undefined, 'default');
    const known = find('on >s +config|get', undefined, {
      defaultUser,
      settings: new Map([['requirepass', 'secret']]),
    });
    expect(known.fullControl && printPath(known.fullControl)).toBe(
      'CONFIG GET → AUTH default → acts as default → full control',
    );
    expect(known.fullControl?.certainty).toBe('certain');
    const unknown = find('on >s +config|get', undefined, { defaultUser });
    expect(unknown.fullControl?.certainty).toBe('possible');
    expect(unknown.fullControl?.assumes).toEqual(['requirepass is set']);
    const none = find('on >s +config|get', undefined, {
      defaultUser,
      settings: new Map([['requirepass', '']]),
    });
    expect(none.fullControl).toBeUndefined();
  });

  it('is open to everybody where default is open, and says so first', () => {
    const user = userOf('on >s ~app:* +get');
    const found = findEscalations(user, user.table, { defaultUser: defaultUser(user.table) });
    expect(found.fullControl?.certainty).toBe('certain');
    expect(found.fullControl && printPath(found.fullControl)).toBe(
      'RESET or a new connection → acts as default → full control',
    );
    const left = findEscalations(
      user,
      user.table,
      { defaultUser: defaultUser(user.table) },
      { without: ['esc-default-open'] },
    );
    expect(left.powers).toEqual([]);
  });

  it('is not promised where nothing is known of default, but not denied either', () => {
    const { fullControl } = find('on >s ~app:* +get');
    expect(fullControl?.certainty).toBe('possible');
    expect(fullControl?.assumes).toEqual([
      'the user default is on and asks no password',
      'the user default may do everything',
    ]);
  });

  it('does not lead through default for default itself', () => {
    const user = userOf('on >s ~app:* +config|set', undefined, 'default');
    const found = findEscalations(user, user.table, { defaultUser: user });
    expect(found.steps.map(({ edge }) => edge.id)).not.toContain('esc-config-set-requirepass');
  });

  it('prefers a longer certain way to a shorter doubtful one', () => {
    const facts = {
      defaultUser: userOf('on >secret ~* &* +@all', undefined, 'default'),
      settings: new Map([['requirepass', 'secret']]),
    };
    const { fullControl } = find('on >s +acl|load +config|get', undefined, facts);
    expect(fullControl?.certainty).toBe('certain');
    expect(fullControl?.steps.map(({ edge }) => edge.id)).toEqual([
      'esc-config-get',
      'esc-requirepass',
      'esc-default-unrestricted',
    ]);
  });

  it('is shut in cluster mode where REPLICAOF is refused', () => {
    const on = { ...closed(), clusterMode: 'on' as const };
    expect(ids(find('on >s +replicaof', undefined, on))).toEqual([]);
    expect(ids(find('on >s +cluster|replicate', undefined, on))).toContain('esc-cluster-replicate');
    const off = { ...closed(), clusterMode: 'off' as const };
    expect(ids(find('on >s +cluster|replicate', undefined, off))).toEqual([]);
    const unknown = find('on >s +cluster|replicate', undefined, closed());
    expect(unknown.fullControl?.assumes[0]).toBe('the server runs in cluster mode');
  });
});

describe('what a version refuses', () => {
  it('writes files by CONFIG SET before 7.0, later only where the setting says so', () => {
    expect(find('on >s +config|set', 'redis-6.2.16', closed('redis-6.2.16')).powers).toContain('file-write');
    const no = new Map([['enable-protected-configs', 'no']]);
    expect(
      ids(find('on >s +config|set', 'redis-7.0.15', { ...closed('redis-7.0.15'), settings: no })),
    ).not.toContain('esc-config-set-dir');
    const unknown = find('on >s +config|set', 'valkey-9.1.2', closed('valkey-9.1.2'));
    const step = unknown.steps.find(({ edge }) => edge.id === 'esc-config-set-dir');
    expect(step?.assumes).toEqual(['enable-protected-configs is yes or local']);
  });

  it.each([
    ['+debug', 'enable-debug-command', 'esc-dos-debug'],
    ['+module|load', 'enable-module-command', 'esc-module-load'],
  ])('lets %s through by %s', (rules, setting, edge) => {
    const with7 = (value: string) =>
      ids(find(`on >s ${rules}`, 'redis-7.2.6', { ...closed(), settings: new Map([[setting, value]]) }));
    expect(with7('no')).not.toContain(edge);
    expect(with7('yes')).toContain(edge);
    expect(with7('local')).toContain(edge);
    expect(ids(find(`on >s ${rules}`, 'redis-6.2.16', closed('redis-6.2.16')))).toContain(edge);
  });

  it('knows the commands of a version only', () => {
    expect(ids(find('on >s ~app:* +@all', 'redis-6.0.16', closed('redis-6.0.16')))).not.toContain(
      'esc-function-poison',
    );
    expect(ids(find('on >s ~app:* +@all', 'redis-7.2.6', closed()))).not.toContain('esc-commandlog');
    expect(ids(find('on >s ~app:* +@all', 'valkey-8.1.1', closed('valkey-8.1.1')))).toContain(
      'esc-commandlog',
    );
  });

  it.each([
    ['esc-georadius', '~app:* +georadius', 'redis-7.2.15', 'redis-7.2.16'],
    ['esc-sort-store', '~b* +sort', 'redis-7.4.10', 'redis-7.4.11'],
    ['esc-xreadgroup', '~S* +xreadgroup', 'redis-7.4.10', 'redis-7.4.11'],
    ['esc-sort-ro', '~app:* +sort_ro', 'redis-7.0.12', 'redis-7.0.13'],
    ['esc-georadius', '~app:* +georadius', 'valkey-8.1.1', 'valkey-9.1.2'],
    ['esc-sort-get', '~app:* +sort', 'redis-6.2.16', 'redis-7.0.15'],
    ['esc-lua-global-6.0', '~app:* +eval', 'redis-6.2.6', 'redis-6.2.7'],
    ['esc-lua-metatable', '~app:* +eval', 'valkey-8.1.3', 'valkey-8.1.4'],
    ['esc-lua-cve-2025-49844', '~app:* +eval', 'redis-8.0.3', 'redis-8.0.4'],
    ['esc-restore-cve-2026-25243', '~app:* +restore', 'redis-7.2.13', 'redis-7.2.14'],
  ])('%s is open to %s on %s and shut on %s', (edge, rules, open, shut) => {
    expect(ids(find(`on >s ${rules}`, open, closed(open)))).toContain(edge);
    expect(ids(find(`on >s ${rules}`, shut, closed(shut)))).not.toContain(edge);
  });
});

describe('what is gained', () => {
  it('is nothing by copying what may be read anyway', () => {
    const found = find('on >s ~* +@all -@admin -@dangerous +psync +keys', undefined, closed());
    expect(found.held).toEqual(['all-data-read', 'all-data-write', 'names-of-keys']);
    expect(found.powers).not.toContain('all-data-read');
    expect(find('on >s ~key:* +get +keys', undefined, closed()).held).toEqual([]);
    expect(ids(found)).not.toContain('esc-names');
  });

  it('is more where a database rule bounds the user', () => {
    const server = 'valkey-9.1.2';
    const found = find('on >s ~* db=3 +@read +psync', server, closed(server));
    expect(found.held).toEqual([]);
    expect(ids(found)).toContain('esc-psync-exfil');
    expect(ids(found)).toContain('esc-names');
    // FLUSHALL needs every database there, FLUSHDB its own only.
    const flush = find('on >s ~app:* db=3 +flushall', server, closed(server));
    expect(ids(flush)).not.toContain('esc-flush');
    expect(ids(find('on >s ~app:* db=3 +flushdb', server, closed(server)))).toContain('esc-flush');
  });

  it('is nothing for a user of plain commands on keys of its own', () => {
    for (const server of ['redis-6.2.20', 'redis-7.2.16', 'redis-8.0.6', 'valkey-8.1.12', 'valkey-9.1.2']) {
      const found = find('on >s ~app:* +get +set +del +ping +select +multi +exec', server, closed(server));
      expect(found, server).toMatchObject({ powers: [], paths: [], steps: [] });
    }
  });

  it('depends on channels that the rules give', () => {
    const facts = { ...closed(), settings: new Map([['notify-keyspace-events', 'KEA']]) };
    expect(ids(find('on >s ~app:* resetchannels &news:* +subscribe +psubscribe', undefined, facts))).toEqual(
      [],
    );
    expect(ids(find('on >s ~app:* resetchannels &__key* +psubscribe', undefined, facts))).toContain(
      'esc-keyspace-events',
    );
    expect(ids(find('on >s ~app:* allchannels +subscribe', undefined, facts))).toContain(
      'esc-keyspace-events',
    );
    expect(ids(find('on >s ~app:* &__key*', undefined, facts))).toEqual([]);
  });

  it('counts selectors by themselves, and first arguments by themselves', () => {
    expect(ids(find('on >s ~app:* +get (+psync)', undefined, closed()))).toContain('esc-psync-exfil');
    expect(ids(find('on >s ~app:* +get (+migrate)', undefined, closed()))).not.toContain('esc-migrate-ssrf');
    expect(ids(find('on >s +get (~b:* +migrate)', undefined, closed()))).toContain('esc-migrate-ssrf');
    expect(ids(find('on >s +config|get', 'redis-6.0.16', closed('redis-6.0.16')))).toContain(
      'esc-config-get',
    );
    expect(ids(find('on >s +config|get', 'redis-6.0.16', closed('redis-6.0.16')))).not.toContain(
      'esc-config-set-dir',
    );
    expect(ids(find('on >s +replicaof|no', undefined, closed()))).toEqual(['esc-dos-replicaof']);
  });

  it('shows how each power is reached by one path, the shortest', () => {
    const found = find('on >s ~app:* +@read +@write', undefined, closed());
    expect(new Set(found.paths.map(({ to }) => to)).size).toBe(found.paths.length);
    for (const path of found.paths) {
      expect(path.steps.at(-1)?.edge.to).toBe(path.to);
      expect(path.steps[0]?.edge.from).toBe('own-rights');
      for (const [i, step] of path.steps.entries())
        if (i > 0 && step.as === 'itself') expect(step.edge.from).toBe(path.steps[i - 1]?.edge.to);
      expect(path.certainty === 'certain').toBe(path.assumes.length === 0);
    }
  });

  it('never grows when rights are taken away', () => {
    const rights = [
      '+acl|setuser',
      '+config',
      '+psync',
      '+eval',
      '+function',
      '+migrate',
      '+keys',
      '+shutdown',
    ];
    for (let mask = 0; mask < 2 ** rights.length; mask += 7) {
      const held = rights.filter((_, i) => (mask & (1 << i)) !== 0);
      const all = new Set(ids(find(`on >s ~app:* +get ${held.join(' ')}`.trim(), undefined, closed())));
      const less = ids(find(`on >s ~app:* +get ${held.slice(1).join(' ')}`.trim(), undefined, closed()));
      expect(less.filter((id) => !all.has(id))).toEqual([]);
    }
  });
});

it('finds an example for the patterns that people write', () => {
  for (const pattern of ['app:*', 'a?c', '[ab]x*', '[^a]*', '\\*lit', 'k[a-z]:*', '*', 'x', '[\\]]y'])
    expect(globMatch(pattern, exampleOf(pattern) ?? ''), pattern).toBe(true);
});

/** Undefined where the sources do not say. */
function isAffected(advisory: Advisory, product: string, version: string): boolean | undefined {
  const branch = version.split('.').slice(0, 2).join('.');
  const range = advisory.ranges.find((each) => each.product === product && each.branch === branch);
  if (range?.undetermined === true) return undefined;
  if (range === undefined || compareVersions(version, range.introduced) < 0) return false;
  return range.fixed === undefined || compareVersions(version, range.fixed) < 0;
}

function commandLines(requirement: Requirement): readonly (readonly string[])[] {
  switch (requirement.kind) {
    case 'may':
      return [requirement.argv];
    case 'any':
    case 'all':
      return requirement.of.flatMap(commandLines);
    default:
      return [];
  }
}

function buildsIn(requirement: Requirement): Extract<Requirement, { kind: 'build' }> | undefined {
  if (requirement.kind === 'build') return requirement;
  if (requirement.kind !== 'all') return undefined;
  return requirement.of.map(buildsIn).find((found) => found !== undefined);
}
