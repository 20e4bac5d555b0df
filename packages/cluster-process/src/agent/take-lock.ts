import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Takes the lock for as long as this process lives; undefined when another process has it. */
export async function takeLock(name: string): Promise<Server | undefined> {
  const server = createServer((connection) => connection.destroy());
  try {
    await once(server.listen(name), 'listening');
    return server.unref();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
