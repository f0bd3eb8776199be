/** What opens a TLS port: the settings that the policy expects, in one CONFIG SET, and what they were before. */

import type { NodeState, Topology } from '../../fleet/index.ts';
import type { PolicyDocument } from '../../policy/index.ts';
import { expectSettings } from '../plan/setting-changes.ts';
import type { SettingChange } from '../step.ts';

export interface WantedTls {
  readonly portFor: (port: number) => number;
  /** Everything that is set with `tls-port`, by the name that the server has, in the policy's order. */
  readonly settingsFor: (state: NodeState) => readonly (readonly [name: string, value: string])[];
  /** Why it cannot be opened there. */
  readonly problemsFor: (state: NodeState) => readonly string[];
}

/** Where the TLS port is to be: one number for all, or so much above the plaintext port. */
export type TlsPortChoice =
  { readonly kind: 'fixed'; readonly port: number } | { readonly kind: 'above'; readonly by: number };

/** `folder`: where the hosts keep certificate, key and CA. */
export function wantTls(
  policy: PolicyDocument,
  kind: Topology['kind'],
  choice: TlsPortChoice,
  folder: string,
): WantedTls {
  const expect = expectSettings(policy);
  const expectedOf = (state: NodeState) =>
    expect(state.server, state.mode === 'standalone' && kind !== 'standalone' ? 'replica' : state.mode);
  const portFor = (port: number): number => (choice.kind === 'fixed' ? choice.port : port + choice.by);
  return {
    portFor,
    settingsFor: (state) =>
      [...expectedOf(state).settings.values()].flatMap(({ name, value, section, accepts }) => {
        const fact = state.settings.get(name);
        if (section !== 'tls' || SWITCHED_ELSEWHERE.has(name) || fact === undefined) return [];
        const wanted = FILES.has(name) ? `${folder.replace(/\/$/, '')}/${value}` : value;
        return fact.known && fact.value !== '' && accepts(fact.value) ? [] : [[name, wanted] as const];
      }),
    problemsFor: (state) => {
      const problems: string[] = [];
      const port = portFor(numberOf(state, 'port'));
      if (!expectedOf(state).tls.required) {
        problems.push(
          `${state.node}: the policy asks for no TLS at its level and exposure; raise security_level`,
        );
      }
      if (port === numberOf(state, 'port') || port < 1 || port > 65_535) {
        problems.push(`${state.node}: the TLS port ${port} cannot be used; name another one with --tls-port`);
      }
      return problems;
    },
  };
}

/** The plaintext port stays, and links are moved by a phase of their own. */
const SWITCHED_ELSEWHERE = new Set(['tls-port', 'tls-replication', 'tls-cluster']);
const FILES = new Set(['tls-cert-file', 'tls-key-file', 'tls-ca-cert-file']);

export function tlsSettingsOf(state: NodeState, tls: WantedTls, port: number): readonly SettingChange[] {
  const pairs = [...tls.settingsFor(state), ['tls-port', String(tls.portFor(port))] as const];
  return pairs.map(([name, after]) => {
    const fact = state.settings.get(name);
    return { name, before: fact?.known === true ? fact.value : '', after };
  });
}

function numberOf({ settings }: NodeState, name: string): number {
  const fact = settings.get(name);
  return fact?.known === true ? Number(fact.value) : 0;
}
