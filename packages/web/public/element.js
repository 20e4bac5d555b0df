/**
 * Makes an element. Children are elements or texts; a text is always set as text, so nothing that a program printed or somebody named becomes markup, and
 * visibly, so that it reorders nothing beside it.
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'style') Object.assign(made.style, value);
    else made.setAttribute(key, value);
  }
  const shown = children.filter((child) => child !== undefined);
  made.append(...shown.map((child) => (typeof child === 'string' ? visible(child) : child)));
  return made;
}

/** Control characters do nothing on a page, but bidirectional ones reorder what is read: both are shown as what they are. */
export function visible(text) {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A duration for people. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** What tells verdicts apart where colours do not. */
const SIGNS = { passed: '✔', failed: '✖', error: '⚠', incomplete: '?', timed_out: '◷', cancelled: '■' };

/** The verdict, or the phase while there is none: its sign and its word. */
export function stateOf({ verdict, phase }) {
  return { sign: SIGNS[verdict] ?? '…', word: (verdict ?? phase).replace('_', ' ') };
}

/** The same as a badge. */
export function badge(view) {
  const { sign, word } = stateOf(view);
  const mark = element('span', { 'aria-hidden': 'true' }, `${sign} `);
  return element('span', { class: `badge ${view.verdict ?? 'open'}` }, mark, word);
}
