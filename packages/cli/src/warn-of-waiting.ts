/** A server that is there answers sooner. Milliseconds. */
const TELLS_AFTER_MS = 3_000;

/** Tells on stderr that a NATS server is waited for, as services do, which start in any order; unless it is disposed before. */
export function warnOfWaiting(servers: readonly string[]): Disposable {
  const text = `waiting for a NATS server with JetStream at ${servers.join(', ')} (Ctrl-C ends it)\n`;
  const timer = setTimeout(() => void process.stderr.write(text), TELLS_AFTER_MS);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
