import { once } from 'node:events';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort, tempDir, type RealNode } from '@lacuna/testing';
import { startInNetwork } from './start-in-network.ts';

interface NodeNetworkOptions {
  readonly node: RealNode;
  /** `host:port` of a service → `host:port` of whatever is behind it. */
  readonly services: Readonly<Record<string, string>>;
  /** `host:port` in the node's network, outside of the cluster → port of this machine. */
  readonly toMachine: Readonly<Record<string, number>>;
  /** `host:port` in the node's network that this machine wants to reach. */
  readonly fromMachine: string;
}

/** The network of a real node, joined to this machine where a test needs it. Sockets in the file system are the bridge. */
interface NodeNetwork extends AsyncDisposable {
  /** A port of this machine that leads to `fromMachine`. */
  readonly port: number;
}

export async function joinNodeNetwork(options: NodeNetworkOptions): Promise<NodeNetwork> {
  const { node, services, toMachine, fromMachine } = options;
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir());
  const forwards: { listen: string; to: string }[] = [];
  for (const [listen, port] of Object.entries(toMachine)) {
    const path = join(dir.path, `${port}.sock`);
    stack.use(await forward({ path }, { host: '127.0.0.1', port }));
    forwards.push({ listen, to: path });
  }
  const inward = join(dir.path, 'inward.sock');
  forwards.push({ listen: inward, to: fromMachine });
  stack.use(await startInNetwork(node.containerd.pid, 'node-network.mjs', { services, forwards }));
  const port = await freePort();
  stack.use(await forward({ host: '127.0.0.1', port }, { path: inward }));
  const owned = stack.move();
  return { port, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

type Place = { readonly path: string } | { readonly host: string; readonly port: number };

async function forward(listen: Place, to: Place): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server: Server = createServer((incoming) => {
    const outgoing = connect(to);
    for (const socket of [incoming, outgoing]) open.add(socket.once('close', () => open.delete(socket)));
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('error', () => outgoing.destroy());
    outgoing.on('error', () => incoming.destroy());
  });
  server.listen(listen);
  await once(server, 'listening');
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
