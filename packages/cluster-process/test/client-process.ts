import type { JobRequest } from '@lacuna/cluster';
import { openProcessCluster } from '../src/index.ts';

/** A service that asks for one Job, says so, and then lives until it is killed: `client-process.ts DIR REQUEST`. */
const [dir = '', request = ''] = process.argv.slice(2);
const cluster = await openProcessCluster({ dir });
const { signal } = new AbortController();
await cluster.ensure(JSON.parse(request) as JobRequest, signal);
process.stdout.write('asked\n');
for await (const _ of cluster.observe(signal));
