import { Failure } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import { openBus, type BaseConfig } from '@lacuna/service-kit';

/** Longer than a server takes to start; a person waits for the command. Milliseconds. */
const REACHED_WITHIN_MS = 10_000;

/**
 * A bus for one command. A service waits for its NATS server as long as it takes; a command gives up.
 * Throws `Failure('overloaded')` when there is none, and as `openBus`.
 */
export async function reachBus(name: string, config: Readonly<BaseConfig>, signal: AbortSignal): Promise<Bus> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), REACHED_WITHIN_MS);
  try {
    return await openBus(name, config, AbortSignal.any([signal, late.signal]));
  } catch (cause) {
    if (!late.signal.aborted || signal.aborted) throw cause;
    const servers = config.natsUrl.join(', ');
    const what = `no NATS server with JetStream answers at ${servers} within ${REACHED_WITHIN_MS / 1_000} s`;
    throw new Failure('overloaded', `${what}; \`lacuna up\` prints the address of its own: give it by --nats`, {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
