/** The supply chain: few dependencies, each with a reason, pinned, permissive, and running nothing on installation. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { listFiles, readText } from './tree.ts';

const Versions = z.record(z.string(), z.string());
const Manifest = z.object({ scripts: Versions, dependencies: Versions, devDependencies: Versions });
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      optionalDependencies: Versions.optional(),
    }),
  ),
});

const manifest = Manifest.parse(JSON.parse(readText('package.json')));
const packages = Object.entries(Lock.parse(JSON.parse(readText('package-lock.json'))).packages).filter(
  ([path]) => path !== '',
);

describe('dependencies', () => {
  it('each have a reason in docs/decisions', () => {
    const decisions = listFiles('docs/decisions').map((path) => readText(`docs/decisions/${path}`));
    const reasons = decisions.flatMap((text) =>
      [...text.matchAll(/^\| *`([^`]+)` *\|(.{20,})\|$/gm)].map(([, name]) => name),
    );
    expect(Object.keys(manifest.dependencies).filter((name) => !reasons.includes(name))).toEqual([]);
    expect(reasons.filter((name) => name !== undefined && !(name in manifest.dependencies))).toEqual([]);
  });

  it('are pinned to an exact version', () => {
    const all = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it('have a permissive licence where they ship', () => {
    const shipped = packages.filter(([, { dev }]) => dev !== true);
    expect(shipped.length).toBeGreaterThan(0);
    const permissive =
      /^\(?(?:MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|CC0-1\.0|BlueOak-1\.0\.0|Unlicense)\)?$/;
    expect(
      shipped.filter(([, { license }]) => !permissive.test(license ?? '')).map(([path]) => path),
    ).toEqual([]);
  });

  it('run nothing on installation where they ship', () => {
    expect(packages.filter(([, entry]) => entry.dev !== true && entry.hasInstallScript === true)).toEqual([]);
  });
});

describe('the lockfile', () => {
  it('names no host', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  it('holds the packages of every platform, without which npm ci refuses it', () => {
    const held = new Set(packages.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 13)));
    const wanted = packages.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {}));
    expect([...new Set(wanted)].filter((name) => !held.has(name))).toEqual([]);
  });

  it('holds the checksum of every package', () => {
    expect(
      packages.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true).map(([path]) => path),
    ).toEqual([]);
  });
});

describe('the package', () => {
  it('runs no script of its own on installation', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
    expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([]);
  });
});
