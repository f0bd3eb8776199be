/** DOM elements from text: never from markup, so that nothing pasted can become part of the page. */

type Child = Node | string | undefined;

/** An element with classes and children; strings become text. */
export function element(name: string, className: string, ...children: readonly Child[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** The element of the page with this id; the page and the program belong together. */
export function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}
