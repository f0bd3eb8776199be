/** The page: reads the form, asks the engine, shows the answer. State is the form itself, or a link to it. */
import { RECORDED_BUILDS } from '../src/acl/index.ts';
import { element, find } from './element.ts';
import { EXAMPLES } from './example.ts';
import { answer, type Question } from './session.ts';
import { viewDecisions, viewEffects, viewFindings, viewUser } from './view.ts';

const form = find('form', HTMLFormElement);
const server = find('server', HTMLSelectElement);
const example = find('example', HTMLSelectElement);
const rules = find('rules', HTMLTextAreaElement);
const commands = find('commands', HTMLTextAreaElement);
const db = find('db', HTMLInputElement);

const TYPING_PAUSE_MS = 120;
let waiting: number | undefined;

for (const [name, build] of RECORDED_BUILDS) {
  const option = element('option', '', `${name} (${build})`);
  option.setAttribute('value', name);
  server.append(option);
}
for (const { title } of EXAMPLES) example.append(element('option', '', title));

form.addEventListener('input', (event) => {
  if (event.target === example) fill(EXAMPLES[example.selectedIndex] ?? EXAMPLES[0]);
  showSoon();
});
form.addEventListener('submit', (event) => event.preventDefault());
find('link', HTMLButtonElement).addEventListener('click', () => void copyLink());
window.addEventListener('hashchange', () => {
  fill(readLink());
  show();
});

fill(readLink() ?? EXAMPLES[0]);
show();

function fill(question: Partial<Question> | undefined): void {
  server.value = question?.server ?? 'redis-7.2';
  rules.value = question?.rules ?? '';
  commands.value = question?.commands ?? '';
  db.value = String(question?.db ?? 0);
}

function ask(): Question {
  const number = Number(db.value);
  return {
    server: server.value,
    rules: rules.value,
    commands: commands.value,
    db: Number.isSafeInteger(number) && number >= 0 ? number : 0,
  };
}

/** Typing is not held up by the answer to what was there before. */
function showSoon(): void {
  document.body.dataset['settled'] = 'no';
  window.clearTimeout(waiting);
  waiting = window.setTimeout(show, TYPING_PAUSE_MS);
}

function show(): void {
  document.body.dataset['settled'] = 'yes';
  const given = answer(ask());
  put('decisions', viewDecisions(given));
  put('user', viewUser(given));
  put('tokens', viewEffects(given.effects));
  put('findings', viewFindings(given.findings));
  find('note', HTMLElement).textContent = given.note ?? '';
}

function put(id: string, content: HTMLElement): void {
  find(id, HTMLElement).replaceChildren(content);
}

/** Passwords stay out of the link: it is made to be shared. */
async function copyLink(): Promise<void> {
  const { rules: written, ...rest } = ask();
  const safe = written.replace(/(^|\s)[><#!]\S+/g, '$1').trim();
  const link = new URL(window.location.href);
  link.hash = new URLSearchParams({ ...rest, db: String(rest.db), rules: safe }).toString();
  const said = find('copied', HTMLElement);
  try {
    await navigator.clipboard.writeText(link.href);
    said.textContent = 'Copied, without passwords.';
  } catch {
    window.history.replaceState(undefined, '', link.href);
    said.textContent = 'The link is in the address bar, without passwords.';
  }
}

function readLink(): Question | undefined {
  const asked = new URLSearchParams(window.location.hash.slice(1));
  const written = asked.get('rules');
  if (written === null) return undefined;
  return {
    server: asked.get('server') ?? 'redis-7.2',
    rules: written,
    commands: asked.get('commands') ?? '',
    db: Number(asked.get('db') ?? 0) || 0,
  };
}
