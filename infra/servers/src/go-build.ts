import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { acquireBuildLock } from './build-lock.ts';
import { runCommand } from './command.ts';
import { isExecutableFile, programsOnPath } from './program-on-path.ts';
import type { FoundServer, ResolveContext } from './resolution.ts';
import { serverFolder } from './server-cache.ts';
import { versionOf } from './server-spec.ts';
import type { ServerSpec } from './server-spec.ts';

const DRAFT = 'unfinished-';

/** The binary an earlier build left in the cache. */
export function cachedBinary(server: ServerSpec, context: ResolveContext): FoundServer | undefined {
  const path = join(serverFolder(server, context.env), server.binary);
  return isExecutableFile(path) ? { kind: 'found', path, version: versionOf(server), source: 'cache' } : undefined;
}

/**
 * Builds the pinned version into the cache, or waits for another process that already does. A string says why it can't.
 * The binary gets its name only when it is complete.
 */
export async function buildWithGo(server: ServerSpec, context: ResolveContext): Promise<FoundServer | string> {
  const go = programsOnPath('go', context.env, context.goFolders)[0];
  if (go === undefined) return 'Go is not installed';
  const { onProgress, signal } = context;
  const folder = serverFolder(server, context.env);
  await using lock = await acquireBuildLock(folder, {
    signal,
    onWait: ({ pid }) =>
      onProgress({ message: `waiting for process ${pid}, which builds ${server.binary}`, passing: false }),
  });
  const built = cachedBinary(server, context);
  if (built !== undefined) return built;
  await removeDrafts(folder);
  const draft = join(folder, `${DRAFT}${randomUUID()}`);
  try {
    const failure = await compile(server, { ...context, go, draft, onStart: lock.include });
    if (failure !== undefined) return failure;
    const path = join(folder, server.binary);
    await rename(draft, path);
    return { kind: 'found', path, version: versionOf(server), source: 'build' };
  } finally {
    await rm(draft, { force: true });
  }
}

/** What a build that was killed left behind. Only the holder of the lock may call this. */
async function removeDrafts(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(DRAFT));
  await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
}

interface Compilation extends ResolveContext {
  readonly go: string;
  readonly draft: string;
  readonly onStart: (pid: number) => void;
}

async function compile(
  server: ServerSpec,
  { env, onProgress, signal, go, draft, onStart }: Compilation,
): Promise<string | undefined> {
  const title = `${server.binary} ${versionOf(server)}`;
  onProgress({ message: `building ${title} with ${go}; the first time takes ${server.firstBuild}`, passing: false });
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const counts = { downloaded: 0, compiled: 0 };
  const result = await runCommand(go, buildArguments(server, draft), {
    cwd: server.moduleDir,
    env: buildEnvironment(env, go),
    signal,
    onStart,
    onLine: (line) => {
      counts[line.startsWith('go: downloading ') ? 'downloaded' : 'compiled']++;
      const { downloaded, compiled } = counts;
      onProgress({
        message: `building ${title}: ${downloaded} modules fetched, ${compiled} packages compiled, ${seconds()} s`,
        passing: true,
      });
    },
  });
  if (result.kind === 'failed') return `Go could not build it (${result.reason}):\n${result.output}`;
  onProgress({ message: `built ${title} in ${seconds()} s`, passing: false });
  return undefined;
}

function buildArguments(server: ServerSpec, output: string): string[] {
  const variable = server.versionVariable;
  const ldflags = ['-s', '-w', ...(variable ? [`-X ${variable}=v${versionOf(server)}`] : [])].join(' ');
  const tags = server.goTags === undefined ? [] : ['-tags', server.goTags.join(',')];
  return ['build', '-v', ...tags, '-ldflags', ldflags, '-o', output, server.goPackage];
}

/** `readonly`: a build never changes its pins. No cgo: no C compiler needed, and the binary runs on any libc. */
function buildEnvironment(env: NodeJS.ProcessEnv, go: string): NodeJS.ProcessEnv {
  return {
    ...env,
    PATH: `${dirname(go)}:${env['PATH'] ?? ''}`,
    GOFLAGS: '-mod=readonly -trimpath -buildvcs=false',
    GOWORK: 'off',
    CGO_ENABLED: '0',
  };
}
