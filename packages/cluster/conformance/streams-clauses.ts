import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { containerOf, type Session } from './session.ts';

/** Lines on both at once, one that runtimes cut into pieces, and an end without newline on each; no byte is on both but the newline. */
const SCRIPT = `
  (i=0; while [ $i -lt 500 ]; do echo oo; i=$((i+1)); done; head -c 40000 /dev/zero | tr '\\0' O; echo; printf o) &
  (i=0; while [ $i -lt 500 ]; do echo ee; i=$((i+1)); done; printf eee) >&2 & wait`;
const STREAMS = {
  stdout: `${'oo\n'.repeat(500)}${'O'.repeat(40_000)}\no`,
  stderr: `${'ee\n'.repeat(500)}eee`,
} as const;

export function streamsClauses(session: Session): void {
  const run = async (script: string) => {
    await using watch = session.watch();
    const command = ['sh', '-c', script];
    const { uid } = await session.start(session.request({ command }, { streams: 'apart' }));
    const container = containerOf(await watch.started(uid));
    const { seal } = await watch.ended(uid);
    return { seal, log: await session.log(container, { offset: 0, follow: false }) };
  };
  const has = session.features.streamsApart === true;

  test.runIf(has)('C8: two streams MUST be counted each, and be in the log, all of both', async () => {
    const { seal, log } = await run(SCRIPT);
    expect(seal).toMatchObject({
      bytes: log.length,
      streams: { stdout: counted(STREAMS.stdout), stderr: counted(STREAMS.stderr) },
    });
    const sorted = (text: string): string => Buffer.from(text).sort().toString();
    expect(sorted(log.toString())).toBe(sorted(STREAMS.stdout + STREAMS.stderr));
  });

  test.runIf(has)('C8: one of two streams MAY be empty, and the log is then the other', async () => {
    const { seal, log } = await run('echo one >&2; printf two >&2');
    expect(log.toString()).toBe('one\ntwo');
    expect(seal).toMatchObject({
      ...counted('one\ntwo'),
      streams: { stdout: counted(''), stderr: counted('one\ntwo') },
    });
  });
}

function counted(text: string) {
  const lines = text.split('\n').length - 1;
  return { bytes: text.length, lines, sha256: createHash('sha256').update(text).digest('hex') };
}
