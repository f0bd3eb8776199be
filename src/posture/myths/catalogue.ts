/** All myths, in the order of their ids. */

import { ACCESS_MYTHS } from './access-myths.ts';
import { LOGGING_MYTHS } from './logging-myths.ts';
import type { Myth } from './myth.ts';
import { SERVER_MYTHS } from './server-myths.ts';
import { TLS_MYTHS } from './tls-myths.ts';

export const MYTHS: readonly Myth[] = [...ACCESS_MYTHS, ...LOGGING_MYTHS, ...TLS_MYTHS, ...SERVER_MYTHS];
