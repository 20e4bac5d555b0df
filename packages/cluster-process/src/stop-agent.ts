import { once } from 'node:events';
import { request } from 'node:http';
import { agentPaths } from './agent-paths.ts';

/** Stops every Job of a directory (TERM, grace, KILL) and its agent. `absent` when no agent runs there. */
export async function stopAgent(dir: string): Promise<'done' | 'absent'> {
  const { socket } = agentPaths(dir);
  const call = request({ socketPath: socket, path: '/shutdown', method: 'POST', agent: false }).end();
  // The call is never answered: it breaks when the agent exits.
  const [error] = (await once(call, 'error')) as [NodeJS.ErrnoException];
  return error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? 'absent' : 'done';
}
