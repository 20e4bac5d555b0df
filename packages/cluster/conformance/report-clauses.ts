import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROGRAMS } from './programs.ts';
import { containerOf, type Session } from './session.ts';

async function writableFolder(there?: string): Promise<AsyncDisposable & { readonly path: string }> {
  const path = there ?? (await mkdtemp(join(tmpdir(), 'lacuna-report-')));
  return {
    path,
    [Symbol.asyncDispose]: () => (there === undefined ? rm(path, { recursive: true }) : Promise.resolve()),
  };
}

export function reportClauses(session: Session): void {
  const run = async (script: string) => {
    await using folder = await writableFolder(session.features.workdir);
    const workdir = folder.path;
    const request = session.request({ command: ['sh', '-c', script] }, { workdir, reportFile: 'report.xml' });
    await using watch = session.watch();
    const { uid } = await session.start(request);
    const container = containerOf(await watch.started(uid));
    await watch.ended(uid);
    return session.cluster.openReport(container, session.signal);
  };

  test.runIf(session.features.reportFiles === true)('C6: the report file MUST be its bytes', async () => {
    const outcome = await run("printf 'a\\000\\377' > report.xml");
    if (outcome.kind !== 'open') throw new Error(`expected an open file, got ${JSON.stringify(outcome)}`);
    expect(Buffer.concat(await Array.fromAsync(outcome.body))).toEqual(Buffer.from([0x61, 0x00, 0xff]));
  });

  test.runIf(session.features.reportFiles === true).each([
    ['that was not written', 'true', /no report file report\.xml/],
    [
      'that is older than the command',
      'echo x > report.xml; touch -t 200001010000 report.xml',
      /before the command began/,
    ],
    ['that is a directory', 'mkdir report.xml', /not a regular file/],
    ['that is a pipe', 'mkfifo report.xml', /not a regular file/],
    ['that is too large', 'head -c 70000000 /dev/zero > report.xml', /70000000 bytes/],
  ])('C6: a report file %s MUST be gone, with the reason', async (_, script, message) => {
    expect(await run(script)).toEqual({ kind: 'gone', message: expect.stringMatching(message) as string });
  });

  test.runIf(session.features.reportFiles !== true)(
    'C6: a request that names a report file MUST be denied',
    async () => {
      const outcome = await session.answer(session.request(PROGRAMS.silent, { reportFile: 'report.xml' }));
      expect(outcome).toMatchObject({ kind: 'denied' });
    },
  );
}
