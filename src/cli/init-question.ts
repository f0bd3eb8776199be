/** The questions of `wardis init`. A wrong answer is asked again at once; what flags say is not asked. */

import { formatServerName, parseServerName, type ServerVersion } from '../conf/index.ts';
import {
  COMPLIANCE_REQUIREMENTS,
  NETWORK_EXPOSURES,
  SECURITY_LEVELS,
  type ComplianceRequirement,
} from '../policy/index.ts';
import type { Chosen } from './judgement-request.ts';
import type { Prompt } from './prompt.ts';

export interface Answers extends Chosen {
  readonly server: ServerVersion;
}

/** What need not be asked, because a flag or the server itself has said it. */
export type Settled = { readonly [Field in keyof Answers]: boolean };

/** Ask for what is not settled; `given` are the defaults. */
export async function askQuestions(
  question: Prompt['ask'],
  given: Answers,
  settled: Settled,
): Promise<Answers> {
  const ask = async <T>(text: string, read: (answer: string) => T | undefined): Promise<T> => {
    for (;;) {
      const answer = read((await question(text)).trim().toLowerCase());
      if (answer !== undefined) return answer;
    }
  };
  const oneOf = <T extends string>(what: string, values: readonly T[], standard: T) =>
    ask(`${what} (${values.join(', ')}) [${standard}]: `, (answer) =>
      answer === '' ? standard : values.find((value) => value === answer.replaceAll('-', '_')),
    );
  const server = settled.server
    ? given.server
    : await ask(`Server [${formatServerName(given.server)}]: `, (answer) =>
        answer === '' ? given.server : parseServerName(answer),
      );
  const level = settled.level ? given.level : await oneOf('Security level', SECURITY_LEVELS, given.level);
  const exposure = settled.exposure
    ? given.exposure
    : await oneOf('Who can reach it', NETWORK_EXPOSURES, given.exposure);
  const frameworks = settled.frameworks
    ? given.frameworks
    : await ask(`Frameworks (${COMPLIANCE_REQUIREMENTS.join(', ')}) [none]: `, readFrameworks);
  return { server, level, exposure, frameworks };
}

function readFrameworks(answer: string): readonly ComplianceRequirement[] | undefined {
  const names = answer.split(/[\s,]+/).filter((name) => name !== '' && name !== 'none');
  const known = names.flatMap((name) =>
    COMPLIANCE_REQUIREMENTS.filter((value) => value === name.replaceAll('-', '_')),
  );
  return known.length === names.length ? known : undefined;
}
