import { resolveBinary } from '@lacuna/servers';
import type { ServerName } from '@lacuna/servers';

const resolved = new Map<ServerName, ReturnType<typeof resolveBinary>>();

/**
 * Path of the server to test with. An address in the environment is not used: a fixture kills its server. Where it can't be
 * had, the running test is skipped with the reason, or, in CI and outside a test, an error says it.
 */
export async function serverBinary(name: ServerName): Promise<string> {
  let resolution = resolved.get(name);
  if (resolution === undefined) resolved.set(name, (resolution = resolveBinary(name)));
  const server = await resolution;
  if (server.kind === 'found') return server.path;
  if (!inCI(process.env)) await skipRunningTest(server.message);
  throw new Error(server.message);
}

/** True where everything must run, so that nothing may be skipped. */
export const inCI = (env: NodeJS.ProcessEnv): boolean => ![undefined, '', '0', 'false'].includes(env['CI']);

/** Benchmarks use the fixtures without vitest, which can't be loaded outside its own runner. */
async function skipRunningTest(reason: string): Promise<void> {
  if (process.env['VITEST'] === undefined) return;
  const { TestRunner } = await import('vitest');
  TestRunner.getCurrentTest()?.context.skip(reason);
}
