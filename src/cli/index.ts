/** The door of cli/: the program as a function, for tests and for `main.ts`. */
export { runProgram } from './program.ts';
