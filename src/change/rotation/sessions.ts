/**
 * Which sessions of a user were opened with the old password. No server tells what a session logged in with, so that
 * two rules are sound: before the new password was handed to anybody nobody but we could use it, and once the old one is
 * gone nobody can. Of a session that was opened in between nobody can tell. Client ids only grow while a server runs
 * (`server.next_client_id`), so the highest id at a moment divides before from after, and a server that was started
 * again since has no session of before.
 */

/** One line of CLIENT LIST, as far as it matters here. */
export interface Session {
  readonly id: number;
  readonly address: string;
  readonly name: string;
  readonly user: string;
  /** `S`: a replica's link. */
  readonly flags: string;
  /** Our side of the connection; empty before 6.2. */
  readonly localAddress?: string;
  /** Of a link: the node that it belongs to, where that is known. */
  readonly replica?: string;
}

/** Everybody on one node at one moment. */
export interface SessionView {
  readonly node: string;
  /** Changes when the server is started again. */
  readonly runId: string;
  readonly sessions: readonly Session[];
  /** Only of a replica: whether it is linked to its primary. */
  readonly link?: 'up' | 'down';
}

/** A node at one moment: whoever has a higher id came later. */
export interface Moment {
  readonly node: string;
  readonly runId: string;
  /** Highest client id there was. */
  readonly highest: number;
}

/** The moments of one node that tell sessions apart. */
export interface NodeMoments {
  readonly node: string;
  /** Before anything was changed; absent where the node could not be asked. */
  readonly begun?: Moment;
  /** Just before the new password was delivered; absent: not yet. */
  readonly switched: Moment;
  /** When the old password was gone from every node. */
  readonly removed?: Moment;
}

export interface SessionCount {
  readonly node: string;
  /** Surely opened with the old password. */
  readonly old: readonly Session[];
  /** Opened with either password: nobody can tell. */
  readonly either: readonly Session[];
  /** Surely opened with the new password, because the old one was gone. */
  readonly fresh: readonly Session[];
  /** Links of replicas from before the switch: they were told the new password, and use it when they connect again. */
  readonly links: readonly Session[];
  /** Links that surely belong to no node of the fleet; none before they are sorted. */
  readonly foreign: readonly Session[];
  /** Links of which nobody can tell whether they belong to one. */
  readonly unsure: readonly Session[];
}

/** Reads CLIENT LIST; a line without an id is none. */
export function parseSessions(text: string): readonly Session[] {
  return text.split('\n').flatMap((line) => {
    const fields = new Map(
      line
        .trimEnd()
        .split(' ')
        .map((field): [string, string] => {
          const at = field.indexOf('=');
          return [field.slice(0, at), field.slice(at + 1)];
        }),
    );
    const id = Number(fields.get('id') ?? Number.NaN);
    if (!Number.isSafeInteger(id)) return [];
    const text = (name: string): string => fields.get(name) ?? '';
    return [
      {
        id,
        address: text('addr'),
        name: text('name'),
        user: text('user'),
        flags: text('flags'),
        localAddress: text('laddr'),
      },
    ];
  });
}

/** Our own connection is in the list, so that the highest id is never below it. */
export function markMoment({ node, runId, sessions }: SessionView): Moment {
  return { node, runId, highest: sessions.reduce((most, { id }) => Math.max(most, id), 0) };
}

/**
 * The sessions of `user`, ours (by id) left out. Sentinels are told before anybody else, and connect anew at once: of a
 * session that bears their name only the very beginning tells that it is old.
 */
export function countSessions(
  view: SessionView,
  moments: NodeMoments,
  user: string,
  ours: number | undefined,
): SessionCount {
  const { begun, switched, removed } = moments;
  const isBefore = ({ id }: Session, moment: Moment | undefined): boolean =>
    moment?.runId === view.runId && id <= moment.highest;
  const kindOf = (session: Session): Kind => {
    if (isBefore(session, begun)) return isLink(session) ? 'links' : 'old';
    if (isBefore(session, switched))
      return isLink(session) ? 'links' : isSentinels(session) ? 'either' : 'old';
    return removed === undefined || isBefore(session, removed) ? 'either' : 'fresh';
  };
  const of = view.sessions.filter((session) => session.user === user && session.id !== ours);
  const those = (kind: Kind): readonly Session[] => of.filter((session) => kindOf(session) === kind);
  return {
    node: view.node,
    old: those('old'),
    either: those('either'),
    fresh: those('fresh'),
    links: those('links'),
    foreign: [],
    unsure: [],
  };
}

type Kind = 'old' | 'either' | 'fresh' | 'links';

/** sentinel.c sentinelSetClientName: the first eight digits of its id, and which of its two connections. */
const SENTINEL_NAME = /^sentinel-[0-9a-f]{8}-(?:cmd|pubsub)$/;

export function isSentinels({ name }: Pick<Session, 'name'>): boolean {
  return SENTINEL_NAME.test(name);
}

function isLink({ flags }: Session): boolean {
  return flags.includes('S');
}
