/** Values of settings, compared as the server reads them: `1gb` is what CONFIG GET prints as 1073741824. */

import {
  canonicalName,
  getDirective,
  readDirectiveValue,
  Secret,
  type ServerVersion,
} from '../../conf/index.ts';

export function valueText(value: string | Secret): string {
  return value instanceof Secret ? value.reveal() : value;
}

/** Does what CONFIG GET printed mean that value? */
export function isSameValue(
  name: string,
  shown: string,
  value: string | Secret,
  server: ServerVersion,
): boolean {
  const wanted = valueText(value);
  if (shown === wanted) return true;
  if (value instanceof Secret) return false;
  const directive = getDirective(canonicalName(name), server);
  if (directive === undefined || directive.secret) return false;
  const [left, right] = [shown, wanted].map((text) => readDirectiveValue(directive, [text], server));
  return left?.ok === true && right?.ok === true && left.text === right.text;
}
