import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { outputOf, PROGRAMS, type ConformanceProgram } from './programs.ts';
import { containerOf, type Session } from './session.ts';

export function logClauses(session: Session): void {
  const testOfPrograms = session.features.programs === false ? test.skip : test;
  const run = async (program: ConformanceProgram) => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(program));
    const container = containerOf(await watch.started(uid));
    return { container, end: await watch.ended(uid) };
  };

  testOfPrograms.each(['silent', 'raw', 'returns', 'twoParts', 'large'] as const)(
    'C4: the log of a program that is done MUST be its bytes: %s',
    async (name) => {
      const { container } = await run(PROGRAMS[name]);
      const log = await session.log(container, { offset: 0, follow: false });
      expect(log.equals(outputOf(PROGRAMS[name]))).toBe(true);
    },
  );

  testOfPrograms.each([1, 4, outputOf(PROGRAMS.raw).length])(
    'C4: the log MUST be the same from byte %i on',
    async (offset) => {
      const { container } = await run(PROGRAMS.raw);
      const log = await session.log(container, { offset, follow: false });
      expect(log).toEqual(outputOf(PROGRAMS.raw).subarray(offset));
    },
  );

  testOfPrograms('C4: a followed log MUST go on until the container has ended, and then end', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.twoParts));
    const container = containerOf(await watch.started(uid));
    await session.firstBytes(container);
    expect((await session.log(container, { offset: 1, follow: true })).toString()).toBe('netwo');
    expect(await watch.ended(uid)).toMatchObject({ exitCode: 0 });
  });

  testOfPrograms('C4: following a log that is complete MUST end', async () => {
    const { container } = await run(PROGRAMS.raw);
    expect(await session.log(container, { offset: 4, follow: true })).toEqual(outputOf(PROGRAMS.raw).subarray(4));
  });

  testOfPrograms('a reader MUST be able to leave, and another read on from where it was', async () => {
    const { container } = await run(PROGRAMS.large);
    const read = (await session.firstBytes(container)).length;
    const rest = await session.log(container, { offset: read, follow: true });
    expect(read + rest.length).toBe(outputOf(PROGRAMS.large).length);
  });

  test('the log of an unknown pod MUST be gone', async () => {
    const nobody = { podUid: 'nobody', podName: 'nobody', containerId: 'nobody' };
    const outcome = await session.cluster.openLog(nobody, { offset: 0, follow: true }, session.signal);
    expect(outcome).toMatchObject({ kind: 'gone' });
  });

  test.for(['silent', 'raw', 'returns', 'twoParts', 'large'] as const)(
    'C3: the seal MUST count and hash what was written: %s',
    async (name, context) => {
      if (!session.features.seals) return context.skip('this cluster does not seal');
      const output = outputOf(PROGRAMS[name]);
      const { end } = await run(PROGRAMS[name]);
      const sha256 = createHash('sha256').update(output).digest('hex');
      const lines = output.filter((byte) => byte === 0x0a).length;
      expect(end.seal).toMatchObject({ v: 1, bytes: output.length, lines, sha256 });
      expect(end.seal?.lateWriters).toBeUndefined();
    },
  );
}
