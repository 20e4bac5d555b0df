import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { renderTemplate } from './render-template.ts';
import { claimPort } from './free-port.ts';
import { stopLeftover } from './pid-file.ts';
import type { ServerOptions } from './server-options.ts';
import { pidFileOf, startServerProcess } from './server-process.ts';
import type { ServerProcess } from './server-process.ts';

export interface NatsServer extends ServerProcess {
  /** Such as `nats://127.0.0.1:4222`. */
  readonly url: string;
  readonly port: number;
  /** Its monitoring, such as `http://127.0.0.1:8222`. */
  readonly monitorUrl: string;
  readonly monitorPort: number;
}

/** Ports to listen on; a free one for each that is not given. */
interface NatsPorts {
  readonly port?: number;
  readonly monitorPort?: number;
}

const NAME = 'nats-server';
/**
 * While the server waits for the disk, which it does for each message, Go's scheduler looks every 20 µs whether an idle processor could take over. With none
 * to look for it takes a fifth less CPU (docs/performance.md).
 */
const ONE_PROCESSOR = { GOMAXPROCS: '1' };
const TEMPLATE = new URL('../../nats/nats-server.conf', import.meta.url);

/**
 * Starts nats-server with JetStream on 127.0.0.1 and waits until it takes clients. A leftover of a killed process on the same folder is stopped first. Rejects when a port or the folder is in use.
 */
export async function startNatsServer(options: ServerOptions & NatsPorts): Promise<NatsServer> {
  const { path, signal, onLog = () => {} } = options;
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  await stopLeftover(pidFileOf(NAME, dataDir), dataDir, onLog);
  const port = await claimPort(options.port, NAME);
  const monitorPort = await claimPort(options.monitorPort, NAME);
  const config = join(dataDir, 'nats-server.conf');
  const values = { listen: `127.0.0.1:${port}`, monitor: `127.0.0.1:${monitorPort}`, storeDir: dataDir };
  await writeFile(config, await renderTemplate(TEMPLATE, values));
  const server = await startServerProcess({
    name: NAME,
    path,
    args: ['--config', config],
    env: ONE_PROCESSOR,
    dataDir,
    signal,
    onLog,
    isReady: () => greets(port),
  });
  return {
    ...server,
    url: `nats://127.0.0.1:${port}`,
    port,
    monitorUrl: `http://127.0.0.1:${monitorPort}`,
    monitorPort,
  };
}

/** True when a NATS server greets on the port: it sends INFO first, and only once its streams are recovered. */
function greets(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const finish = (greeted: boolean): void => {
      socket.destroy();
      settle(greeted);
    };
    socket.once('data', (data) => finish(data.toString('latin1').startsWith('INFO ')));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('close', () => finish(false));
  });
}
