/** Whether the server will read what is about to be placed: its own rules, asked before anything is sent. */

import { parseAclFile, type CommandTable, type PubsubDefault } from '../../acl/index.ts';
import { diagnoseConf, effectiveSettings, parseConf, type ServerVersion } from '../../conf/index.ts';
import type { ContentCheck } from './host-access.ts';

/** An ACL file: any error of any line makes ACL LOAD refuse it, and keeps the server from starting. */
export function checkAclFile(table: CommandTable, pubsubDefault?: PubsubDefault): ContentCheck {
  return (content) =>
    parseAclFile(content, table, pubsubDefault === undefined ? {} : { pubsubDefault }).problems.map(
      // The message only: a token may hold a password.
      ({ line, message }) => (line === undefined ? message : `line ${line}: ${message}`),
    );
}

/** A configuration file: what would keep the server from starting. Included files are not looked into. */
export function checkConfFile(path: string, server: ServerVersion): ContentCheck {
  return (content) =>
    diagnoseConf(effectiveSettings(parseConf(content, { path, server }), server))
      // An include that is not there here may well be there on the host.
      .filter(({ stopsServer, code }) => stopsServer === 'yes' && !code.startsWith('include-'))
      .map(({ range, message }) => (range === undefined ? message : `line ${range.line}: ${message}`));
}
