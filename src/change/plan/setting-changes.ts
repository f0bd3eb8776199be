/**
 * Settings of one node, held against what the policy expects: what CONFIG SET can mend, what only the file and a restart
 * can, and what a plan never touches because it could cut somebody off. Addresses and places stay as they are, unless
 * the policy states them.
 */

import {
  getDirective,
  parseMemory,
  readDirectiveValue,
  Secret,
  type ServerVersion,
} from '../../conf/index.ts';
import type { NodeState } from '../../fleet/index.ts';
import {
  expectationsFor,
  type Expectations,
  type ExpectedSetting,
  type HardeningRequest,
  type PolicyDocument,
} from '../../policy/index.ts';
import type { Difference } from '../plan.ts';
import type { SettingChange } from '../step.ts';

/** One difference; `changes` is what CONFIG SET is to do about it, and empty where it can do nothing. */
export interface SettingPlan {
  readonly difference: Extract<Difference, { readonly kind: 'setting' }>;
  readonly changes: readonly SettingChange[];
}

export interface SettingPlans {
  readonly plans: readonly SettingPlan[];
  readonly warnings: readonly string[];
}

/** Expectations of a node, once for all of its version and mode. */
export type ExpectSettings = (server: ServerVersion, mode: HardeningRequest['mode']) => Expectations;

export function expectSettings(policy: PolicyDocument): ExpectSettings {
  const known = new Map<string, Expectations>();
  return (server, mode) => {
    const key = `${server.product}-${server.version} ${mode}`;
    const found = known.get(key) ?? expectationsFor({ ...policy.request, server, mode });
    known.set(key, found);
    return found;
  };
}

/** Everything but who replicates as whom. A Sentinel answers no CONFIG, so nothing is planned for it. */
export function planSettings(
  state: NodeState,
  expected: Expectations,
  choices: PolicyDocument['choices'],
): SettingPlans {
  if (state.mode === 'sentinel') return { plans: [], warnings: [] };
  const plans: SettingPlan[] = [];
  const unread: string[] = [];
  for (const setting of wantedSettings(expected, choices)) {
    const fact = state.settings.get(setting.name);
    if (fact === undefined || (!fact.known && fact.reason === 'missing') || isIdle(setting.name, state))
      continue;
    if (!fact.known) unread.push(setting.name);
    else if (!setting.accepts(fact.value)) plans.push(planSetting(state, setting, fact.value));
  }
  const lie = passwordUnderFile(state);
  if (lie !== undefined) plans.push(lie);
  return {
    plans,
    warnings:
      unread.length === 0
        ? []
        : [
            `${state.node}: ${unread.length} settings could not be read, ${unread[0] ?? ''} among them; they are not compared.`,
          ],
  };
}

/** Means nothing here: the mode of a socket that there is none of, and how TLS is spoken where none is. */
function isIdle(name: string, { settings }: NodeState): boolean {
  const is = (setting: string, value: string): boolean => {
    const fact = settings.get(setting);
    return fact?.known === true && fact.value === value;
  };
  if (name === 'unixsocketperm') return is('unixsocket', '');
  const noTls = is('tls-port', '0') && is('tls-replication', 'no') && is('tls-cluster', 'no');
  return name.startsWith('tls-') && name !== 'tls-port' && noTls;
}

/** What the policy states wins over what its level expects. */
function wantedSettings(
  expected: Expectations,
  choices: PolicyDocument['choices'],
): readonly ExpectedSetting[] {
  const wanted: ExpectedSetting[] = [];
  for (const setting of expected.settings.values()) {
    const stated = statedSetting(setting, choices);
    if (stated !== undefined) wanted.push(stated);
  }
  if (choices.maxmemoryPolicy !== undefined)
    wanted.push(statedAs('maxmemory-policy', choices.maxmemoryPolicy, 'limits'));
  return wanted;
}

function statedSetting(
  setting: ExpectedSetting,
  { maxmemory, maxclients }: PolicyDocument['choices'],
): ExpectedSetting | undefined {
  switch (setting.name) {
    case 'maxmemory': {
      const bytes = maxmemory === undefined ? undefined : parseMemory(maxmemory);
      return bytes === undefined ? undefined : statedAs('maxmemory', String(bytes), 'limits');
    }
    case 'maxclients':
      return maxclients === undefined ? setting : statedAs('maxclients', String(maxclients), 'network');
    default:
      return setting;
  }
}

function statedAs(name: string, value: string, section: ExpectedSetting['section']): ExpectedSetting {
  return {
    section,
    name,
    value,
    accepted: value,
    reason: 'As the policy says.',
    accepts: (actual) => actual === value,
  };
}

/** Why a setting is never changed by a plan, and what to do instead. */
const CUTS_OFF: Readonly<Record<string, string>> = {
  bind: 'Clients on other addresses would be cut off: change it in the conf file and restart.',
  port: 'Clients of this port would be cut off: wardis migrate leads them to TLS first.',
  'tls-port': 'It needs certificates and clients that speak TLS: wardis migrate opens it.',
  'tls-cert-file':
    'It needs a certificate on the host: wardis tls issue makes one, wardis migrate takes it into use.',
  'tls-key-file': 'It needs a key on the host: wardis tls issue makes one, wardis migrate takes it into use.',
  'tls-ca-cert-file': 'It needs a CA certificate on the host: wardis migrate takes it into use.',
  'tls-auth-clients':
    'Clients without a certificate would be cut off: wardis migrate sees that nobody is left.',
  'tls-replication': 'The link to a primary that does not speak TLS would break: wardis migrate switches it.',
  'tls-cluster': 'The bus to nodes that do not speak TLS would break: wardis migrate switches it.',
  'protected-mode':
    'Remote clients could be refused: set it when default is closed, in the conf file or by CONFIG SET.',
};

function planSetting(state: NodeState, setting: ExpectedSetting, from: string): SettingPlan {
  const { name, reason } = setting;
  const to = plainValue(name, setting.value, state.server);
  const never = CUTS_OFF[name] ?? tooFewClients(state, name, to);
  if (never !== undefined) return cannot({ name, from, to: setting.accepted, reason: never });
  const directive = getDirective(name, state.server);
  if (directive?.runtime === 'mutable') {
    return {
      difference: { kind: 'setting', mark: '~', name, from, to, takes: 'runtime', reason },
      changes: [{ name: directive.names[0] ?? name, before: from, after: to }],
    };
  }
  const how =
    directive?.runtime === 'protected'
      ? 'The server protects it at run time: change the conf file and restart.'
      : 'It cannot be changed at run time: change the conf file and restart.';
  return cannot({ name, from, to, reason: `${reason} ${how}` });
}

function cannot(what: Pick<SettingPlan['difference'], 'name' | 'from' | 'to' | 'reason'>): SettingPlan {
  return { difference: { kind: 'setting', mark: '!', takes: 'restart', ...what }, changes: [] };
}

/** As CONFIG GET will print it: `256mb` is 268435456 there, and `replica` is `slave`. */
function plainValue(name: string, value: string, server: ServerVersion): string {
  const directive = getDirective(name, server);
  if (directive === undefined) return value;
  const words = directive.arguments.most > 1 ? value.split(' ') : [value];
  const reading = readDirectiveValue(directive, words, server);
  return reading.ok ? reading.text : value;
}

function tooFewClients({ info }: NodeState, name: string, to: string): string | undefined {
  if (name !== 'maxclients') return undefined;
  const used = Number(info.get('connected_clients') ?? '0');
  return Number(to) > used
    ? undefined
    : `${used} clients are connected: with fewer places new ones would be refused. Raise it in the policy.`;
}

/** CONFIG GET shows a password that opens nothing; setting it to "" would make `default` nopass. */
function passwordUnderFile({ persistence, secrets }: NodeState): SettingPlan | undefined {
  const shown = secrets.get('requirepass');
  if (persistence.by !== 'aclfile' || shown?.known !== true || shown.value.isEmpty()) return undefined;
  return cannot({
    name: 'requirepass',
    from: undefined,
    to: undefined,
    reason:
      'With an ACL file it has no effect, though CONFIG GET shows it: take the line out of the conf file. Never CONFIG SET it, which replaces the passwords of default.',
  });
}

/** Who this node logs in as on its primary. */
export function planReplication(
  state: NodeState,
  wanted: { readonly user: string; readonly secret: Secret | undefined },
  reachable: 'primary-read' | 'primary-unread',
): SettingPlan | undefined {
  const user = state.settings.get('masteruser');
  const password = state.secrets.get('masterauth');
  if (user?.known !== true || password?.known !== true) return undefined;
  const same = user.value === wanted.user;
  const { secret } = wanted;
  if (same && (secret === undefined || password.value.equals(secret))) return undefined;
  const difference = { name: 'masteruser', from: user.value, to: wanted.user };
  if (secret === undefined)
    return cannot({
      ...difference,
      reason: `No secret is known for ${wanted.user}: replicas could not log in.`,
    });
  if (reachable === 'primary-unread')
    return cannot({
      ...difference,
      reason: `Its primary could not be read, so that ${wanted.user} may not be there.`,
    });
  const [userName, passwordName] = ['masteruser', 'masterauth'].map(
    (name) => getDirective(name, state.server)?.names[0] ?? name,
  ) as [string, string];
  return {
    difference: {
      kind: 'setting',
      mark: '~',
      takes: 'runtime',
      ...difference,
      reason: same
        ? 'The password of the replication user is another.'
        : 'Whom this node logs in as on its primary.',
    },
    changes: [
      ...(same ? [] : [{ name: userName, before: user.value, after: wanted.user }]),
      { name: passwordName, before: password.value, after: secret },
    ],
  };
}
