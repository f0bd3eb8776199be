/** Delivering a secret to its sink, and looking at the sink before: one door for all kinds. */

import type { Secret } from '../../conf/index.ts';
import { deliverToFile, examineFile } from './file.ts';
import { deliverToKubernetes, examineKubernetes, printSecretManifest } from './kubernetes.ts';
import { deliverToProgram, examineProgram } from './program.ts';
import type { Sink } from './sink.ts';
import type { Delivery, Examination, Surroundings } from './surroundings.ts';
import { deliverToVault, examineVault } from './vault.ts';

/**
 * Whether delivering could work, and what is there now. Changes nothing; run it before the first server is touched.
 * Throws a ChangeError `delivery`.
 */
export async function examineSink(sink: Sink, around: Surroundings): Promise<Examination> {
  switch (sink.kind) {
    case 'file':
      return examineFile(sink.path);
    case 'stdout':
    case 'manifest':
      return { detail: 'is printed once' };
    case 'exec':
      return examineProgram(sink.command, around);
    case 'kubernetes':
      return examineKubernetes(sink, around);
    case 'vault':
      return examineVault(sink, around);
  }
}

/** Puts the secret there; again is harmless. Throws a ChangeError `delivery`. */
export async function deliverSecret(sink: Sink, value: Secret, around: Surroundings): Promise<Delivery> {
  switch (sink.kind) {
    case 'file':
      return deliverToFile(sink.path, value);
    case 'stdout':
      around.print(`${value.reveal()}\n`);
      return { detail: 'printed' };
    case 'manifest':
      around.print(printSecretManifest(sink, value));
      return { detail: 'printed' };
    case 'exec':
      return deliverToProgram(sink.command, value, around);
    case 'kubernetes':
      return deliverToKubernetes(sink, value, around);
    case 'vault':
      return deliverToVault(sink, value, around);
  }
}

/** Whether what a sink held can be put back: not what was printed or handed to a program. */
export function canTakeBack(sink: Sink): boolean {
  return sink.kind === 'file' || sink.kind === 'kubernetes' || sink.kind === 'vault';
}
