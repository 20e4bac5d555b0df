import { BlockList, isIP } from 'node:net';
import { Failure } from '@lacuna/contracts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Refuses an address that others can reach while nobody has to say who they are. Throws `Failure('invalid-config')`. */
export function assertLoopbackOrAuth(host: string, hasAuth: boolean): void {
  if (hasAuth || isLoopback(host)) return;
  throw new Failure(
    'invalid-config',
    `refusing to listen on ${host || 'every address'} without authentication: bind to 127.0.0.1, or configure tokens`,
  );
}

/** Names other than `localhost` count as reachable, because what they resolve to can change. */
function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const family = isIP(address);
  if (family === 0) return address === 'localhost';
  return LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
