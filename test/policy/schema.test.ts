/** Published schemas, and what is validated against them: documents, requests, answers, network policies. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, parse } from 'yaml';
import { parsePolicy, parseRequest } from '../../src/policy/document/reading.ts';
import { policyJsonSchema, requestJsonSchema } from '../../src/policy/document/schema.ts';
import { hardenOutputJsonSchema } from '../../src/policy/harden-schema.ts';
import { compilePolicy, hardenRequest, policyFor } from '../../src/policy/index.ts';
import { everyRequest, secretOf } from './requests.ts';

const ajv = new Ajv2020({ strict: true, allErrors: true });
const isPolicy = ajv.compile(policyJsonSchema());
const isRequest = ajv.compile(requestJsonSchema());
const isAnswer = ajv.compile(hardenOutputJsonSchema());

describe('the published schemas', () => {
  it.each([
    ['policy', policyJsonSchema()],
    ['harden-input', requestJsonSchema()],
    ['harden-output', hardenOutputJsonSchema()],
  ])('schemas/%s.schema.json is the one in use', (name, schema) => {
    expect(
      JSON.parse(readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')),
    ).toEqual(structuredClone(schema));
  });

  it('agree with the reader about documents', () => {
    const cases = [
      'version: 1\n',
      'version: 2\n',
      'version: 1\nsecurity_level: high\n',
      'version: 1\nusers: [{ name: a, role: admin }]\n',
      'version: 1\nusers: [{ name: "a b", role: admin }]\n',
      'version: 1\nusers: [{ name: a, role: readwrite, keys: [{ pattern: "a:*", access: all }] }]\n',
      'version: 1\nfleet: { prod: { clients: [10.0.0.0/8], ownership: "prefix:x" } }\n',
      'version: 1\nfleet: { prod: { ownership: mine } }\n',
      'version: 1\nsettings: { port: 70000 }\n',
      'version: 1\ncredential_age: 90\n',
      'version: 1\ncredential_age: 0\n',
      'version: 1\nfleet: { prod: { files: { via: none }, addresses: { "10.0.0.5:6379": "127.0.0.1:7001" } } }\n',
      'version: 1\nfleet: { prod: { addresses: { "10.0.0.5": "127.0.0.1:7001" } } }\n',
      'version: 1\nfleet: { prod: { sentinel: { seeds: [redis://h:1], auth: { user: w } } } }\n',
      'version: 1\nfleet: { prod: { sentinel: { clients: [] } } }\n',
      'version: 1\nusers: [{ name: a, role: admin, break_glass: { reason: r, until: 2026-11-22T18:00:00Z } }]\n',
      'version: 1\nusers: [{ name: a, role: admin, break_glass: { reason: r } }]\n',
      'version: 1\nusers: [{ name: a, role: admin, break_glass: { reason: r, until: 2026-11-22 } }]\n',
      'version: 1\nwaivers: [{ check: A-1, reason: r, owner: o, expires: soon }]\n',
    ];
    for (const text of cases) {
      const shape = parsePolicy(text).problems.every(
        (each) => each.code === 'policy-missing-key' && each.message.includes('needs'),
      );
      expect(isPolicy(parse(text)), text).toBe(shape);
    }
  });

  it('take the published input of a hardening request, with server and users besides', () => {
    const request = {
      security_level: 'hardened',
      compliance_requirements: ['pci_dss', 'gdpr'],
      network_exposure: 'private_network',
      server: { product: 'valkey', version: '8.1' },
      users: [{ name: 'app', role: 'readwrite', keys: ['app:*'] }],
    };
    expect(isRequest(request)).toBe(true);
    expect(parseRequest(JSON.stringify(request)).ok).toBe(true);
    expect(isRequest({ ...request, level: 1 })).toBe(false);
  });
});

describe('the answer to a bare request', () => {
  it('has exactly the five keys and their types, for every request', () => {
    for (const request of everyRequest([{ product: 'redis', version: '7.0.15' }])) {
      const answer = hardenRequest(policyFor(request), { secrets: secretOf });
      expect(Object.keys(answer)).toEqual([
        'security_config',
        'acl_rules',
        'tls_config',
        'audit_checklist',
        'warnings',
      ]);
      expect(isAnswer(answer), JSON.stringify(isAnswer.errors)).toBe(true);
      expect(
        Array.isArray(answer.acl_rules) &&
          Array.isArray(answer.audit_checklist) &&
          Array.isArray(answer.warnings),
      ).toBe(true);
      expect(JSON.stringify(answer)).not.toMatch(/canary|#[0-9a-f]{64}|requirepass "/);
    }
  });

  it('says what was asked for, as rules that work', () => {
    const parsed = parseRequest(
      '{"security_level":"hardened","compliance_requirements":["pci_dss"],"network_exposure":"private_network"}',
    );
    if (!parsed.ok) throw new Error('refused');
    const answer = hardenRequest(parsed.policy);
    expect(answer.security_config).toMatchObject({
      port: '0',
      'tls-port': '6379',
      timeout: '900',
      'protected-mode': 'yes',
    });
    expect(answer.tls_config).toMatchObject({ required: true, client_certificates: 'yes' });
    expect(answer.acl_rules[0]).toEqual({
      user: 'default',
      role: 'none',
      rules: ['off', 'resetpass', 'resetkeys', 'resetchannels', '-@all'],
      setuser: 'ACL SETUSER default off resetpass resetkeys resetchannels -@all',
    });
    expect(answer.audit_checklist.map((each) => each.id)).toContain('AUTH-DEFAULT');
    expect(answer.audit_checklist.find((each) => each.id === 'TLS-CLIENTS')?.clauses).toEqual([
      'pci_dss 4.2.1, 8.3.2',
    ]);
    expect(answer.warnings.join('\n')).toMatch(/never locks an account/);
  });
});

describe('the Kubernetes network policies', () => {
  it('are valid for every exposure, mode and list of networks', () => {
    const schema = JSON.parse(
      readFileSync(new URL('../vectors/network-policy.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const isNetworkPolicy = new Ajv({ allErrors: true }).compile(schema);
    for (const exposure of ['localhost', 'private_network', 'public'])
      for (const mode of ['standalone', 'replica', 'cluster'])
        for (const clients of ['[]', '[10.0.1.0/24, 10.0.1.7, "fd00::/8"]']) {
          const parsed = parsePolicy(
            `version: 1\nnetwork_exposure: ${exposure}\nserver: { product: valkey, version: "8.1", mode: ${mode} }\nfleet: { a: { clients: ${clients} } }\n`,
          );
          if (!parsed.ok) throw new Error('refused');
          const text =
            compilePolicy(parsed.policy).artefacts.find(
              (each) => each.path === 'kubernetes/network-policy.yaml',
            )?.content ?? '';
          const documents = parseAllDocuments(text).map((each): unknown => each.toJS());
          expect(documents).toHaveLength(5);
          for (const each of documents)
            expect(isNetworkPolicy(each), JSON.stringify(isNetworkPolicy.errors)).toBe(true);
        }
  });
});
