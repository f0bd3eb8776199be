/** Commands that clients were seen to run, by user, from a file that `wardis acl learn --from` reads too. */

import { createRecorder, serverNamed, tableFor, type Recorder, type Recording } from '../../acl/index.ts';
import type { PolicyDocument } from '../../policy/index.ts';
import { readSeenFile } from '../acl/learn-source.ts';
import { CommandFailure } from '../failure.ts';

/** Users that are told apart; a file may name anybody. */
const USERS_MAX = 1000;
const APPLICATIONS: ReadonlySet<string> = new Set(['readwrite', 'readonly', 'writeonly', 'pubsub', 'custom']);

/** Commands without a user are those of the one application that the policy has; with several nobody could tell. */
export async function readRecording(
  path: string,
  policy: PolicyDocument,
): Promise<ReadonlyMap<string, Recording>> {
  const { product, version } = policy.request.server;
  const table = tableFor(serverNamed(`${product}-${version}`) ?? policy.request.server);
  const applications = policy.users.filter(({ role }) => APPLICATIONS.has(role));
  const only = applications.length === 1 ? applications[0]?.name : undefined;
  const recorders = new Map<string, Recorder>();
  let nameless = 0;
  await readSeenFile(path, (observation) => {
    const user = observation.user ?? only;
    if (user === undefined) return void (nameless += 1);
    let recorder = recorders.get(user);
    if (recorder === undefined && recorders.size < USERS_MAX)
      recorders.set(user, (recorder = createRecorder(table)));
    recorder?.see(observation);
  });
  if (recorders.size === 0) {
    throw new CommandFailure({
      code: 'E_NOTHING_SEEN',
      what:
        nameless === 0 ? 'the recording has no command' : 'the recording does not say who ran its commands',
      target: path,
      next: 'JSON lines say it: {"user": "orders", "argv": ["GET", "orders:1"]}',
    });
  }
  return new Map([...recorders].map(([user, recorder]) => [user, recorder.recording()]));
}
