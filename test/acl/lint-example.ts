/** Examples and proofs of lint rules, read and replayed by the engine. */
import {
  decide,
  hashPassword,
  parseAclFile,
  parseUser,
  readLintFile,
  readLintRules,
  splitRules,
  tableFor,
  type CommandTable,
  type LintExample,
  type LintProof,
  type LintShown,
  type LintSubject,
  type Problem,
  type Product,
  type User,
} from '../../src/acl/index.ts';
import { readLintText } from '../../src/cli/acl/lint-source.ts';

/** Builds that the proofs were seen on. */
const BUILDS: Readonly<Record<string, string>> = {
  'redis-6.0': '6.0.16', 'redis-6.2': '6.2.16', 'redis-7.0': '7.0.15', 'redis-7.2': '7.2.6', 'redis-7.4': '7.4.1',
  'redis-8.0': '8.0.6', 'valkey-7.2': '7.2.7', 'valkey-8.0': '8.0.1', 'valkey-8.1': '8.1.1', 'valkey-9.1': '9.1.2',
}; // prettier-ignore

export function tableOf(server: string): CommandTable {
  const [product, version] = server.split('-') as [Product, string];
  return tableFor({ product, version: BUILDS[server] ?? version });
}

export function readExample(example: LintExample): LintSubject {
  const table = tableOf(example.server ?? 'redis-7.2');
  switch (example.kind) {
    case 'rules':
      return readLintRules(example.text, table);
    case 'conf':
    case 'script':
      return readLintText(example.text, example.kind, table, { name: 'example' });
    default:
      return readLintFile(example.text, table);
  }
}

/** What the engine shows for each thing that a proof shows: the same, when it holds. */
export function replay(proof: LintProof, server: string): readonly (LintShown | object)[] {
  const table = tableOf(server);
  const { users, problems } = read(proof, table);
  return proof.shows.map((shown) => {
    const user = users.get('user' in shown ? (shown.user ?? 'u') : 'u');
    switch (shown.kind) {
      case 'accepted':
        return problems.length === 0 ? shown : { problems };
      case 'crashes':
        return problems.some(({ code }) => code === 'crashes-server') ? shown : { problems };
      case 'refused':
        return problems.some(({ message }) => message.includes(shown.message)) ? shown : { problems };
      case 'logs-in':
        return logsIn(user, shown.password) ? shown : { kind: 'login-refused' };
      case 'login-refused':
        return logsIn(user, shown.password) ? { kind: 'logs-in' } : shown;
      case 'allowed':
      case 'denied': {
        if (user === undefined) return { problems };
        const decision = decide(user, shown.argv, user.table);
        const said = decision.allowed ? '' : decision.message;
        const message = shown.kind === 'denied' ? (shown.message ?? '') : '';
        return decision.allowed === (shown.kind === 'allowed') && said.includes(message) ? shown : decision;
      }
    }
  });
}

function read(
  { given }: LintProof,
  table: CommandTable,
): { readonly users: ReadonlyMap<string, User>; readonly problems: readonly Problem[] } {
  if (given.kind === 'file') {
    const file = parseAclFile(given.text, table);
    return { users: new Map(file.users.map(({ user }) => [user.name, user])), problems: file.problems };
  }
  const tokens = splitRules(given.text);
  if (tokens === undefined) throw new Error(`a quote is not closed: ${given.text}`);
  const { user, problems } = parseUser('u', tokens, table);
  return { users: new Map(user === undefined ? [] : [['u', user]]), problems };
}

function logsIn(user: User | undefined, password: string): boolean {
  if (user === undefined || !user.enabled) return false;
  return user.nopass || user.passwords.includes(hashPassword(password));
}
