/** From when to when the command of the last attempt ran, up to now if it still does; undefined when it never began. Unix milliseconds. */
export function spanOf({ attempts }, now) {
  const { from, to = now } = attempts.at(-1).stages.find(({ stage }) => stage === 'container.run') ?? {};
  return from === undefined ? undefined : { from, to: Math.max(from, to) };
}

/** The other suites that ran at the same time, and for how long each. Milliseconds. */
export function besides(view, suites, now = Date.now()) {
  const mine = spanOf(view, now);
  if (mine === undefined) return [];
  return suites.flatMap(({ suite, view: other }) => {
    const theirs = other === undefined || other.id === view.id ? undefined : spanOf(other, now);
    const ms = theirs === undefined ? 0 : Math.min(mine.to, theirs.to) - Math.max(mine.from, theirs.from);
    return ms > 0 ? [{ suite, ms }] : [];
  });
}
