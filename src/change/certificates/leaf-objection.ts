/** One thing that stands against a new certificate at a node, or that should be known before it is placed. */

export type LeafObjectionCode =
  | 'unreadable'
  | 'wrong-key'
  | 'encrypted-key'
  | 'wrong-authority'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'bad-name'
  | 'other-node'
  | 'wider-usage'
  | 'wrong-usage'
  | 'weak'
  | 'weaker'
  | 'shorter'
  | 'same'
  | 'chain-order'
  | 'lifetime'
  | 'unlike-disk'
  | 'auto-reload'
  | 'unseen'
  | 'no-way'
  | 'no-file'
  | 'client-file'
  | 'shared'
  | 'quorum'
  | 'no-right';

export interface LeafObjection {
  /** `id` of the node; absent: of all. */
  readonly node?: string;
  /** `refused`: nothing begins while it stands. */
  readonly severity: 'refused' | 'warning';
  readonly code: LeafObjectionCode;
  /** File, port or node. */
  readonly place: string;
  readonly cause: string;
  readonly next?: string;
}

export type Objector = (
  severity: LeafObjection['severity'],
  code: LeafObjectionCode,
  place: string,
  cause: string,
  next?: string,
) => LeafObjection;

export function objector(node: string | undefined): Objector {
  return (severity, code, place, cause, next) => ({
    ...(node === undefined ? {} : { node }),
    severity,
    code,
    place,
    cause,
    ...(next === undefined ? {} : { next }),
  });
}
