import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

const run = promisify(execFile);
let system: System;
beforeAll(async () => void (system = await startSystem()));
afterAll(() => system[Symbol.asyncDispose]());

/** Programs whose output is easy to lose or to change on the way. The test runs the same program itself to know the truth. */
const PROGRAMS = {
  '200 MB': "yes 'a line of a log, as long as lines are' | head -c 200000000",
  'NUL bytes': "printf 'a\\0b\\0\\0\\n\\0'",
  'bytes that are no UTF-8': "printf '\\377\\376ok\\303\\n\\200'",
  'one line of 50 MB': "head -c 50000000 /dev/zero | tr '\\0' x; echo",
  'no final newline': 'printf x',
  'only newlines': "printf '\\n\\n\\n'",
  'random bytes': 'head -c 1000000 /dev/urandom | tee "$COPY"',
  nothing: 'true',
} as const;

describe('the log of a program that writes', () => {
  test.for(Object.entries(PROGRAMS))('%s comes back byte for byte, and sealed', async ([, program]) => {
    const copy = `${system.clusterDir}/copy`;
    const { id } = await system.client.submit({ command: ['sh', '-c', program], env: { COPY: copy }, report: 'none' });
    const view = await untilSettled(system.client, id);
    expect(view.verdict, view.reason).toBe('passed');
    const truth = program.includes('tee') ? await sha256Of('cat "$COPY"', copy) : await sha256Of(program, copy);
    const read = await system.client.log(id, { signal: AbortSignal.timeout(120_000) });
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of read.body) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
    expect(hash.digest('hex')).toBe(truth);
    expect(read.state).toBe('sealed');
    expect(view.attempts[0]?.log).toMatchObject({ state: 'sealed', bytes, sha256: truth });
  });

  test('of any length does not make the services grow: a log held in memory would take more than 350 MB', async () => {
    for (const name of ['log-collect', 'submit'] as const) {
      const status = await readFile(`/proc/${system.services[name].pid}/status`, 'utf8');
      const peakKib = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
      expect(peakKib, `${name}, peak in KiB`).toBeLessThan(350 * 1024);
    }
  });
});

/** What the program really writes, hashed outside of anything of ours. */
async function sha256Of(program: string, copy: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', `{ ${program}; } | sha256sum`], { env: { ...process.env, COPY: copy } });
  return stdout.slice(0, 64);
}
