import { createSocket } from 'node:dgram';

/**
 * Keeps a port for this process until it ends, however it ends; false when a process has it already. The mark is a UDP socket on the same
 * number, which does not stand in the way of a server on TCP.
 */
export function reservePort(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const mark = createSocket('udp4').unref();
    // Where there are no such sockets nobody marks anything.
    mark.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    mark.bind({ address: '127.0.0.1', port, exclusive: true }, () => resolve(true));
  });
}
