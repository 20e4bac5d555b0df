import { Failure } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import type { RecordedFact } from '@lacuna/messaging';
import { eventually } from '@lacuna/testing';
import { describe, expect, it } from 'vitest';
import { Projector, type ProjectorBus } from '../src/read-model/projector.ts';
import { ReadModel } from '../src/read-model/read-model.ts';

const LIST = { limit: 10, labels: [] } as const;

/** The facts of stories, one after the other, as a stream has them. */
function streamOf(...stories: readonly Story[]): RecordedFact[] {
  return stories.flatMap(({ facts }) => facts).map((told, i) => ({ ...told, seq: i + 1 }));
}

/** A bus on a stream that the test changes; `follow` ends with what `breaks` says, else goes on with what is `added`. */
function busOn(stream: RecordedFact[]) {
  const breaks: Error[] = [];
  const added = Promise.withResolvers<RecordedFact>();
  const bus: ProjectorBus = {
    status: 'connected',
    async *follow({ fromSeq = 1 }, signal) {
      yield* stream.filter(({ seq }) => seq >= fromSeq);
      yield { kind: 'caught-up', seq: stream.length };
      const broken = breaks.shift();
      if (broken !== undefined) throw broken;
      const over = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)));
      const more = await Promise.race([added.promise, over]);
      if (more !== undefined) yield more;
      await over;
    },
    readFact: async () => stream.at(-1),
    readFacts: async (id) => stream.filter(({ fact }) => fact.evaluation === id),
  };
  return { bus, breaks, add: added.resolve };
}

async function running(projector: Projector, check: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const run = projector.run(stop.signal);
  run.catch(() => undefined);
  await check();
  stop.abort();
  await run;
}

describe('the projector', () => {
  it('begins anew when the stream is another one in the middle of its work', async () => {
    using model = new ReadModel(':memory:');
    const stream = streamOf(new Story(testId(1)).submitted({ name: 'old' }), new Story(testId(2)).submitted());
    const { bus, breaks } = busOn(stream);
    breaks.push(new Failure('stream-drift', 'recreated'));
    const rebuilds: string[] = [];
    const projector = new Projector(bus, model, (why) => {
      rebuilds.push(why);
      stream.splice(0, 2, ...streamOf(new Story(testId(3)).submitted({ name: 'new' })));
    });
    await running(projector, async () => {
      await eventually('rebuilt', () => rebuilds.length === 1 && projector.readiness === true);
    });
    expect(rebuilds).toEqual(['recreated']);
    expect(model.list(LIST).items.map(({ name }) => name)).toEqual(['new']);
    expect(projector.lastSeq).toBe(1);
  });

  it('reads an evaluation that was open before, and waits for a server that is away', async () => {
    using model = new ReadModel(':memory:');
    const stream = streamOf(new Story().running({ name: 'open' }));
    const { bus } = busOn(stream);
    await running(new Projector(bus, model, () => undefined), async () => {
      await eventually('listed', () => model.list(LIST).items.length === 1);
    });
    stream.push({ ...new Story().after(200).ended().facts[0]!, seq: stream.length + 1 });
    let tries = 0;
    const { readFacts } = bus;
    bus.readFacts = (id) => (++tries < 3 ? Promise.reject(new Failure('overloaded', 'away')) : readFacts(id));
    bus.readFact = async () => stream.at(-2);
    await running(new Projector(bus, model, () => expect.unreachable('rebuilt')), async () => {
      await eventually('it has ended', () => model.list(LIST).items[0]?.phase === 'collecting');
    });
    expect(tries).toBe(3);
  });

  it('ends with the error when the read model can not be written', async () => {
    const model = new ReadModel(':memory:');
    const { bus } = busOn(streamOf(new Story().submitted()));
    const projector = new Projector(bus, model, () => undefined);
    model.apply = () => {
      throw new Error('malformed');
    };
    await expect(projector.run(AbortSignal.timeout(5_000))).rejects.toThrow('malformed');
    model[Symbol.dispose]();
  });

  it('goes on when the disk is full, says so to whoever asks, and writes all as soon as there is room', async () => {
    using model = new ReadModel(':memory:');
    const { bus } = busOn(streamOf(new Story().submitted({ name: 'kept' })));
    const projector = new Projector(bus, model, () => undefined);
    const apply = model.apply.bind(model);
    model.apply = () => {
      throw new Failure('overloaded', 'no room');
    };
    await running(projector, async () => {
      await eventually('caught up', () => projector.readiness === true);
      expect(() => projector.bringUpToDate()).toThrow('no room');
      expect(projector.isUpToDate()).toBe(false);
      model.apply = apply;
      // Nobody asks: it tries again by itself.
      await eventually('listed', () => model.list(LIST).items[0]?.name === 'kept');
      expect(projector.isUpToDate()).toBe(true);
    });
  });

  it.each([
    ['at its start', (model: ReadModel) => model.apply([], { seq: 7, subject: 'of another stream' }), []],
    ['in the middle', () => undefined, [new Failure('stream-drift', 'recreated')]],
  ])(
    'begins anew on a full disk as soon as there is room, %s, and says until then what is wrong',
    async (_, before, breaks) => {
      using model = new ReadModel(':memory:');
      before(model);
      const stream = streamOf(new Story().submitted({ name: 'new' }));
      const fake = busOn(stream);
      fake.breaks.push(...breaks);
      const clear = model.clear.bind(model);
      model.clear = () => {
        throw new Failure('overloaded', 'no room');
      };
      const projector = new Projector(fake.bus, model, () => undefined);
      await running(projector, async () => {
        await eventually('it says what is wrong', () => projector.readiness === 'no room');
        expect(() => projector.bringUpToDate()).toThrow('no room');
        expect(projector.isUpToDate()).toBe(false);
        model.clear = clear;
        await eventually('it goes on', () => projector.readiness === true);
        await eventually('listed', () => model.list(LIST).items[0]?.name === 'new');
      });
    },
  );

  it('stops while it waits for room to begin anew', async () => {
    using model = new ReadModel(':memory:');
    model.apply([], { seq: 7, subject: 'of another stream' });
    model.clear = () => {
      throw new Failure('overloaded', 'no room');
    };
    const projector = new Projector(busOn(streamOf(new Story().submitted())).bus, model, () => undefined);
    await running(projector, async () => {
      await eventually('it waits', () => projector.readiness === 'no room');
    });
    expect(model.progress).toMatchObject({ seq: 7 });
  });

  it('forgets settled evaluations, and still counts what comes after the verdict', async () => {
    using model = new ReadModel(':memory:');
    const settle = (story: Story) =>
      story.tell('settled', { verdict: 'passed', reason: '', evidenceAt: 1, notOwed: [], evidence: { absent: [] } });
    const late = settle(new Story(testId(1)).submitted({ name: 'late' }));
    const others = Array.from({ length: 1_100 }, (_, i) => {
      const id = `ev-${String(i).padStart(26, '0')}` as typeof late.id;
      return settle(new Story(id, Story.T0 - 1).submitted());
    });
    const hole = { stage: 'pod.create', cause: 'missing', reason: 'r', since: 1, notOwed: [] } as const;
    const after = new Story(testId(1)).after(9).tell('finding-raised', { ...hole, notOwed: [] });
    const stream = streamOf(late, ...others);
    const { bus, add } = busOn(stream);
    const readAgain: string[] = [];
    const { readFacts } = bus;
    bus.readFacts = (id) => {
      readAgain.push(id);
      return readFacts(id);
    };
    const projector = new Projector(bus, model, () => undefined);
    await running(projector, async () => {
      await eventually('caught up', () => projector.readiness === true);
      add({ ...after.facts[0]!, seq: stream.length + 1 });
      await eventually('it is counted', () => model.list(LIST).items[0]?.findings === 1);
    });
    expect(readAgain).toEqual([late.id]);
    expect(model.list(LIST).items[0]).toMatchObject({ name: 'late', verdict: 'passed' });
  });

  it('takes facts out of a record for what they are, and keeps its place', async () => {
    using model = new ReadModel(':memory:');
    const compacted = new Story(testId(1), Story.T0 - 1).submitted({ name: 'old' });
    compacted.tell('settled', {
      verdict: 'failed',
      reason: '',
      evidenceAt: 1,
      notOwed: [],
      evidence: { absent: [] },
    });
    const [first, second] = compacted.facts.map((told, i) => ({ ...told, seq: i + 1 }));
    const open = { ...new Story(testId(2)).submitted({ name: 'open' }).facts[0]!, seq: 3 };
    // The record is stored behind the open one; the first fact of the compacted one also came by itself.
    const stream = [first!, open, first!, second!];
    const { bus } = busOn(stream);
    const projector = new Projector(bus, model, () => undefined);
    await running(projector, async () => {
      await eventually('listed', () => model.list(LIST).items.length === 2);
    });
    expect(model.list(LIST).items.map(({ name, phase }) => [name, phase])).toEqual([
      ['open', 'queued'],
      ['old', 'settled'],
    ]);
    expect(model.progress).toMatchObject({ seq: 3 });
  });
});
