/** The work of `wardis tls ca init`: an authority on disk, and what to do with it next. */

import { join } from 'node:path';
import {
  createFoundation,
  INTERMEDIATE_DAYS_DEFAULT,
  ROOT_DAYS_DEFAULT,
  ROOT_DAYS_MAX,
  type Foundation,
  type FoundationRequest,
} from '../../pki/index.ts';
import { printSafeJson, safeText } from '../../text/index.ts';
import type { CaInitFlags } from '../commands/tls/ca.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { CommandFailure } from '../failure.ts';
import { authorityData, authorityRows, shownPath } from './ca-words.ts';
import { AUTHORITY_KEY_TYPES, inColumns, readDays, readKeyType } from './certificate-words.ts';
import { enterState, explainPki, readPassphrase } from './pki-access.ts';

/** A shorter one is found by trying, whatever is done to it. */
const PASSPHRASE_CHARACTERS_MIN = 12;

export async function runCaInit(flags: CaInitFlags, context: CommandContext): Promise<void> {
  const request = await readRequest(flags, context);
  const stateFolder = enterState(flags, 'write');
  const made = await explainPki(() => createFoundation(stateFolder, request));
  const text =
    flags.json === true
      ? `${printSafeJson(dataOf(made, request), 2)}\n`
      : wordsOf(made, request, join(stateFolder, 'tls'), context.now());
  context.terminal.out(text);
  context.finish(EXIT.ok);
}

async function readRequest(flags: CaInitFlags, context: CommandContext): Promise<FoundationRequest> {
  const days = readDays(flags.days, '--days', ROOT_DAYS_MAX) ?? ROOT_DAYS_DEFAULT;
  const keyType = readKeyType(flags.keyType, AUTHORITY_KEY_TYPES);
  const intermediateDays = readDays(flags.intermediateDays, '--intermediate-days', ROOT_DAYS_MAX);
  if (intermediateDays !== undefined && flags.intermediate !== true) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: '--intermediate-days is given and --intermediate is not',
      next: 'add --intermediate',
    });
  }
  const passphrase = await readPassphrase(flags, context);
  if (passphrase !== undefined && Array.from(passphrase.reveal()).length < PASSPHRASE_CHARACTERS_MIN) {
    throw new CommandFailure({
      code: 'E_USAGE',
      what: `the passphrase has fewer than ${PASSPHRASE_CHARACTERS_MIN} characters; nothing was made`,
      cause: 'whoever gets hold of the key file finds a short one by trying',
      next: 'make one: openssl rand -base64 24 > passphrase',
    });
  }
  return {
    name: flags.name,
    days,
    passphrase,
    now: context.now,
    ...(keyType === undefined ? {} : { keyType }),
    ...(flags.intermediate === true
      ? { intermediate: { days: intermediateDays ?? Math.min(INTERMEDIATE_DAYS_DEFAULT, days) } }
      : {}),
  };
}

function wordsOf(
  { root, issuer, cut }: Foundation,
  request: FoundationRequest,
  folder: string,
  now: Date,
): string {
  const here = shownPath(folder);
  const protection = request.passphrase === undefined ? 'without a passphrase' : 'under the passphrase';
  const rows = [
    ...authorityRows('root', root, now),
    ...(issuer === undefined ? [] : authorityRows('issuer', issuer, now)),
    ...(cut ? [['', 'cut to the life of the root'] as const] : []),
    [
      'folder',
      `${here}, for you alone; ${issuer === undefined ? 'the key is' : 'keys are'} ${protection}`,
    ] as const,
  ];
  return `${inColumns(rows)}\n${careWords(here, issuer !== undefined)}\nnext   wardis tls issue node cache-1.example.com --ip 10.0.0.5\n       wardis tls bundle\n`;
}

function careWords(path: string, withIssuer: boolean): string {
  const folder = safeText(path);
  if (withIssuer) {
    return `The issuer signs, so the root's key is not needed here. Take it where no network reaches it:
  mv ${folder}/ca.key /media/offline/
`;
  }
  return `Whoever has ${folder}/ca.key can issue for every server. Keep a copy of ${folder} elsewhere;
with --intermediate the root's key could be taken away.
`;
}

function dataOf({ root, issuer, cut, files }: Foundation, request: FoundationRequest): unknown {
  return {
    schemaVersion: '1',
    root: authorityData(root),
    issuer: issuer === undefined ? null : authorityData(issuer),
    issuerCut: cut,
    keysProtected: request.passphrase !== undefined,
    files,
  };
}
