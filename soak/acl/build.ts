/**
 * Distributions carry fixes in versions that did not have them upstream (Debian's 7.0.15 refuses a bare `%`). Such fixes
 * cannot be read off a version: the server is asked, and the table speaks its dialect.
 */
import type { CommandTable, Dialect } from '../../src/acl/index.ts';
import type { Answer, Pipe } from './pipe.ts';

const DEEP_STARS = 1001;

/** The table with the holes of this very build. Ends with the probing user deleted. */
export async function tableOfBuild(pipe: Pipe, table: CommandTable): Promise<CommandTable> {
  const { dialect } = table;
  if (!dialect.selectors) return table;
  const deep = 'a'.repeat(DEEP_STARS);
  const answers = await pipe.send([
    ['ACL', 'SETUSER', 'probe', '%'],
    ['ACL', 'SETUSER', 'probe', '%~x'],
    ['ACL', 'SETUSER', 'probe', 'reset', '+get', `~${'*a'.repeat(DEEP_STARS)}`],
    ['ACL', 'DRYRUN', 'probe', 'GET', deep],
    ['ACL', 'DELUSER', 'probe'],
  ]);
  const [percent, percentTilde, , glob] = answers.map(isOk);
  const found: Dialect = {
    ...dialect,
    percentAborts: percent === true,
    percentTildeAborts: percentTilde === true,
    globDepthMax: glob === true ? 0 : 1000,
  };
  const same = JSON.stringify(found) === JSON.stringify(dialect);
  return same ? table : { ...table, dialect: found };
}

function isOk(answer: Answer): boolean {
  return answer === 'OK';
}
