import { expect, test } from 'vitest';
import { outputOf, PROGRAMS, type ConformanceProgram } from './programs.ts';
import { containerOf, type Session } from './session.ts';

export function spoolClauses(session: Session): void {
  const end = async (program: ConformanceProgram, spoolBytes: number) => {
    await using watch = session.watch();
    const ref = await session.start(session.request(program, { spoolBytes }));
    const container = containerOf(await watch.started(ref.uid));
    if (program.ignoresTerm === true) {
      await firstBytesOf(await session.openLog(container, { offset: 0, follow: true }));
      await session.cluster.stop(ref, session.signal);
    }
    const { spool } = await watch.ended(ref.uid);
    return { spool, outcome: await session.cluster.openSpool(container, session.signal) };
  };

  const has = session.features.spools === true;
  const { raw, large, silent, ignoresTerm } = PROGRAMS;

  test.runIf(has).each([
    ['of any bytes', raw, 1_000],
    ['of nothing', silent, 1_000],
    ['that is longer than its spool', large, 100_000],
    ['of a container that was killed', ignoresTerm, 1_000],
  ])(
    'C7: an output %s MUST be had again, its newest bytes, with what it was in all',
    async (_, program, spoolBytes) => {
      const output = outputOf(program);
      const { spool, outcome } = await end(program, spoolBytes);
      const from = Math.max(0, output.length - spoolBytes);
      expect(spool).toMatchObject({ from, bytes: output.length });
      if (outcome.kind !== 'open') throw new Error(`expected an open spool, got ${JSON.stringify(outcome)}`);
      const parts = await Array.fromAsync(outcome.body);
      expect(
        parts.every(({ offset }, i) => offset === (i === 0 ? from : parts[i - 1]!.offset + parts[i - 1]!.bytes.length)),
      ).toBe(true);
      expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(output.subarray(from))).toBe(true);
    },
  );

  test.runIf(!has)('C7: a cluster without spools MUST deny the request, or say that there is none', async () => {
    const { kind } = await session.answer(session.request(silent, { spoolBytes: 1_000 }));
    if (kind === 'denied') return;
    const { spool, outcome } = await end(silent, 1_000);
    expect([spool, outcome.kind]).toEqual([undefined, 'gone']);
  });
}

async function firstBytesOf(log: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const bytes of log) if (bytes.length > 0) return;
}
