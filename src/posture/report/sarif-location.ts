/**
 * Where SARIF points: the line of a file that shows the finding, else the policy document that declares the server.
 * Code scanning refuses a result without a path, so a live server judged without a policy is named as one.
 */

import type { Outcome } from '../outcome.ts';
import { printFrom } from './provenance.ts';
import type { ReportOptions } from './report.ts';
import { safeText } from '../../text/index.ts';

export function locateOutcome(outcome: Outcome, options: ReportOptions): object {
  const seen = outcome.evidence.map((item) => item.from).find((from) => from?.kind === 'file');
  const logicalLocations = [
    { fullyQualifiedName: safeText(`${outcome.subject}/${outcome.checkId}`), kind: 'resource' },
  ];
  if (seen?.kind === 'file')
    return {
      physicalLocation: {
        artifactLocation: { uri: uriOf(seen.path, options.baseDirectory) },
        region: { startLine: Math.max(1, seen.line ?? 1) },
      },
      logicalLocations,
      message: { text: safeText(printFrom(seen)) },
    };
  const declared = options.policyPath;
  const artifactLocation =
    declared === undefined
      ? {
          uri: `servers/${encodeSegment(outcome.subject)}`,
          description: { text: 'No file: the server that was judged.' },
        }
      : { uri: uriOf(declared, options.baseDirectory) };
  return { physicalLocation: { artifactLocation, region: { startLine: 1 } }, logicalLocations };
}

/** A file inside the base directory is relative to it, as code scanning needs; others are `file:` URIs. */
export function uriOf(path: string, baseDirectory: string | undefined): string {
  const base = baseDirectory?.replace(/\/+$/, '');
  const inside =
    base !== undefined && base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length + 1) : path;
  const encoded = inside.split('/').map(encodeSegment).join('/');
  if (encoded.startsWith('/')) return `file://${encoded}`;
  return encoded.replace(/^(?:\.\/)+/, '');
}

function encodeSegment(segment: string): string {
  // A lone surrogate has no UTF-8 form.
  return encodeURIComponent(segment.replace(/\p{Cs}/gu, '\ufffd'));
}
