import { startNatsServer } from '../../src/nats-server.ts';
import type { ServerOptions } from '../../src/server-options.ts';

// A process to be killed: it starts a server with the options in its argument, prints where it runs, and stays.
const { pid, port } = await startNatsServer(JSON.parse(process.argv[2] ?? '') as ServerOptions);
process.stdout.write(`${JSON.stringify({ pid, port })}\n`);
setInterval(() => {}, 60_000);
