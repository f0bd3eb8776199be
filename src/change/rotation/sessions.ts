/**
 * Which sessions of a user were opened with the old password. No server tells what a session logged in with, so that
 * one rule is sound: before the new password was handed to anybody, nobody but we could use it. A session that was there
 * then is an old one; of a session that came later, while both passwords were good, nobody can tell. Client ids only
 * grow while a server runs (`server.next_client_id`), so the highest id at that moment divides the two, and a server
 * that was started again since has no old session left.
 */

/** One line of CLIENT LIST, as far as it matters here. */
export interface Session {
  readonly id: number;
  readonly address: string;
  readonly name: string;
  readonly user: string;
  /** `S`: a replica's link. */
  readonly flags: string;
}

/** Everybody on one node at one moment. */
export interface SessionView {
  readonly node: string;
  /** Changes when the server is started again. */
  readonly runId: string;
  readonly sessions: readonly Session[];
}

/** A node just before the new password was delivered. */
export interface SwitchMark {
  readonly node: string;
  readonly runId: string;
  /** Highest client id there was. */
  readonly highest: number;
}

export interface SessionCount {
  readonly node: string;
  /** Opened before the switch, so with the old password. */
  readonly old: readonly Session[];
  /** Opened since, with either password. */
  readonly either: readonly Session[];
  /** Links of replicas from before the switch: they were told the new password, and use it when they connect again. */
  readonly links: readonly Session[];
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
    return [{ id, address: text('addr'), name: text('name'), user: text('user'), flags: text('flags') }];
  });
}

/** Our own connection is in the list, so that the highest id is never below it. */
export function markSwitch({ node, runId, sessions }: SessionView): SwitchMark {
  return { node, runId, highest: sessions.reduce((most, { id }) => Math.max(most, id), 0) };
}

/** The sessions of `user`, ours (by id) left out. */
export function countSessions(
  view: SessionView,
  mark: SwitchMark,
  user: string,
  ours: number | undefined,
): SessionCount {
  const of = view.sessions.filter((session) => session.user === user && session.id !== ours);
  const sameProcess = view.runId === mark.runId;
  const before = (session: Session): boolean => sameProcess && session.id <= mark.highest;
  const isLink = (session: Session): boolean => session.flags.includes('S');
  return {
    node: view.node,
    old: of.filter((session) => before(session) && !isLink(session)),
    either: of.filter((session) => !before(session)),
    links: of.filter((session) => before(session) && isLink(session)),
  };
}
