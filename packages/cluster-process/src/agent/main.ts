import { flushCompileCache } from 'node:module';
import { runAgent, type AgentOptions } from './agent.ts';

// Now, because a killed agent writes no cache at its exit.
flushCompileCache();
// On a full disk, which it tells of, the second line that is not taken would end the process, and every container with it.
process.stderr.on('error', () => undefined);
await runAgent(JSON.parse(process.argv[2] ?? '') as AgentOptions);
// Watchers still hold connections; they come back to the next agent.
process.exit(0);
