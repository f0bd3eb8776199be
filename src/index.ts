/** The package: judge a server from its files or live, against a request, in a few lines of your own. */
export { parseServerName } from './conf/index.ts';
export {
  parseTarget,
  snapshotAll,
  snapshotFromFiles,
  snapshotFromText,
  snapshotLive,
} from './fleet/index.ts';
export { compilePolicy, expectationsFor, hardenRequest, parsePolicy, policyFor } from './policy/index.ts';
export { assess, CATALOGUE, renderReport } from './posture/index.ts';
