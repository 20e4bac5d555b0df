import { SERVERS, nodeProblem, progressPrinter, resolveBinary } from '@lacuna/servers';
import type { ServerName } from '@lacuna/servers';
import { inCI, mayBuild } from './server-binary.ts';
import { sweepLeftovers } from './sweep-leftovers.ts';

let prepared: Promise<() => void> | undefined;

/**
 * Runs before the first test that may need a server: makes every server ready, so that no test waits for a build, and says
 * at the start and again at the end what can't run here. In CI everything must run, so there it fails.
 */
export default function setup(): Promise<() => void> {
  return (prepared ??= prepare());
}

async function prepare(): Promise<() => void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  await sweepLeftovers(say);
  const onProgress = progressPrinter(process.stderr);
  const missing: string[] = [];
  for (const name of Object.keys(SERVERS) as ServerName[]) {
    const server = await resolveBinary(name, { build: mayBuild(name), onProgress });
    if (server.kind === 'unavailable') missing.push(`tests that need ${name} can't run here: ${server.message}`);
  }
  const problem = await nodeProblem();
  const withPolicies = problem ?? (await nodeProblem({ networkPolicies: true }));
  if (problem !== undefined) missing.push(`tests on a real node can't run here: ${problem}`);
  else if (withPolicies !== undefined) missing.push(`tests of network policies can't run here: ${withPolicies}`);
  if (missing.length > 0 && inCI(process.env)) throw new Error(missing.join('\n'));
  for (const line of missing) say(line);
  return () => {
    for (const line of missing.splice(0)) say(line);
  };
}
