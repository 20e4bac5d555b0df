import { CLUSTER_SERVERS, resolveBinary } from '@lacuna/servers';
import type { ServerName } from '@lacuna/servers';

const resolved = new Map<ServerName, ReturnType<typeof resolveBinary>>();

/**
 * Path of the server to test with. An address in the environment is not used: a fixture kills its server. Where it can't be
 * had, the running test is skipped with the reason, or, in CI and outside a test, an error says it.
 */
export async function serverBinary(name: ServerName): Promise<string> {
  let resolution = resolved.get(name);
  if (resolution === undefined) resolved.set(name, (resolution = resolveBinary(name, { build: mayBuild(name) })));
  const server = await resolution;
  if (server.kind === 'found') return server.path;
  return cannotRun(server.message);
}

/** Skips the running test with the reason, or, in CI and outside a test, throws it. */
export async function cannotRun(reason: string): Promise<never> {
  if (!inCI(process.env)) await skipRunningTest(reason);
  throw new Error(reason);
}

/**
 * Why these servers can't be run here, for `describe.skipIf` around tests that share them; undefined when they can, and in CI, where what can't
 * be had is an error of the fixture.
 */
export async function problemWith(...names: readonly ServerName[]): Promise<string | undefined> {
  if (inCI(process.env)) return undefined;
  for (const name of names) {
    const found = await resolveBinary(name, { build: mayBuild(name) });
    if (found.kind === 'unavailable') return found.message;
  }
  return undefined;
}

/** {@link serverBinary} for several: a path for each name. */
export async function serverBinaries<Name extends ServerName>(names: readonly Name[]): Promise<Record<Name, string>> {
  const paths: Partial<Record<Name, string>> = {};
  for (const name of names) paths[name] = await serverBinary(name);
  return paths as Record<Name, string>;
}

/** A first build of Kubernetes takes minutes: outside CI only who asks for it (`npm run cluster`) waits for that. */
export const mayBuild = (name: ServerName): boolean => inCI(process.env) || !Object.hasOwn(CLUSTER_SERVERS, name);

/** True where everything must run, so that nothing may be skipped. */
export const inCI = (env: NodeJS.ProcessEnv): boolean => ![undefined, '', '0', 'false'].includes(env['CI']);

/** Benchmarks use the fixtures without vitest, which can't be loaded outside its own runner. */
async function skipRunningTest(reason: string): Promise<void> {
  if (process.env['VITEST'] === undefined) return;
  const { TestRunner } = await import('vitest');
  TestRunner.getCurrentTest()?.context.skip(reason);
}
