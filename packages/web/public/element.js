/** Makes an element. Children are elements or texts; a text is always set as text, so nothing a program printed becomes markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'style') Object.assign(made.style, value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A duration for people. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** The verdict, or the phase while there is none, as a badge. */
export function badge({ verdict, phase }) {
  return element('span', { class: `badge ${verdict ?? 'open'}` }, (verdict ?? phase).replace('_', ' '));
}
