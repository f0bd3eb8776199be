/** Questions to start from: each shows something that surprises people. */
import type { Question } from './session.ts';

export interface PlaygroundExample extends Question {
  readonly title: string;
}

export const EXAMPLES: readonly [PlaygroundExample, ...PlaygroundExample[]] = [
  {
    title: 'An order trap',
    server: 'redis-7.2',
    rules: 'on >secret ~app:* +get +set -@all +@write',
    commands: 'GET app:1\nSET app:1 x\nGETSET app:1 y\nFLUSHALL\nPING',
    db: 0,
  },
  {
    title: 'Read here, write there',
    server: 'redis-7.2',
    rules: 'on >secret %R~src:* %W~dst:* +@all -@dangerous',
    commands: 'COPY src:1 dst:1\nCOPY dst:1 src:1\nSTRLEN dst:1\nGET dst:1\nSCAN 0',
    db: 0,
  },
  {
    title: 'Selectors do not add up',
    server: 'redis-8.0',
    rules: 'on >secret (%R~src* +@all) (%W~dst* +@all)',
    commands: 'GET src1\nSET dst1 x\nCOPY src1 dst1',
    db: 0,
  },
  {
    title: 'One database only (Valkey 9.1)',
    server: 'valkey-9.1',
    rules: 'on >secret ~* +@all db=0',
    commands: 'GET k\nSELECT 1\nFLUSHALL\nINFO keyspace',
    db: 0,
  },
  {
    title: 'A key that the server does not check',
    server: 'redis-7.2',
    rules: 'on >secret ~b* +sort',
    commands: 'SORT b1 STORE victim\nSORT b1 STORE by STORE victim',
    db: 0,
  },
];
