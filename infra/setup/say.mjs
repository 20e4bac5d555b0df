/** One line for the person who waits. On stderr: stdout belongs to the command that is run (`npm start -- --json`). */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Such as `0.4 s` or `2 min 5 s`. */
export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** True where everything must run and nothing may be skipped. */
export const inCI = !['', '0', 'false'].includes(process.env.CI ?? '');
