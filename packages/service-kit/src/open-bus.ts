import { defined } from '@lacuna/contracts';
import { assertDurable, connectBus, type Bus, type Credentials } from '@lacuna/messaging';
import type { BaseConfig } from './base-config.ts';

/**
 * A bus whose streams are as the contracts say, on a server that keeps what it has acknowledged. Waits for the server until the
 * signal aborts. Throws a `Failure` when the credentials, the server or a stream must not be used.
 */
export async function openBus(name: string, config: Readonly<BaseConfig>, signal: AbortSignal): Promise<Bus> {
  const { natsUrl: servers, natsMonitorUrl, natsProvision: create, natsReplicas: replicas } = config;
  if (natsMonitorUrl !== undefined) await assertDurable(natsMonitorUrl);
  const credentials = credentialsOf(config);
  const bus = await connectBus({ name, servers, signal, ...defined({ credentials }) });
  // Provisioning waits for its answers and knows no signal; without its connection it ends at once.
  const close = (): void => void bus[Symbol.asyncDispose]();
  signal.addEventListener('abort', close, { once: true });
  try {
    await bus.provision({ create, ...defined({ replicas }) });
    return bus;
  } catch (error) {
    await bus[Symbol.asyncDispose]();
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
  }
}

function credentialsOf({ natsNkeySeed, natsUser, natsPassword }: Readonly<BaseConfig>): Credentials | undefined {
  if (natsNkeySeed !== undefined) return { nkeySeed: natsNkeySeed };
  return natsUser === undefined ? undefined : { user: natsUser, password: natsPassword ?? '' };
}
