import { describe, expect, it } from 'vitest';
import { Lifecycle, type Resource } from '../src/index.ts';
import type { LifecycleState } from '../src/lifecycle.ts';

/** Resources that write down when they are opened and closed. */
function diary(): { readonly entries: string[]; readonly open: (name: string) => () => Promise<Resource> } {
  const entries: string[] = [];
  return {
    entries,
    open: (name) => async () => {
      entries.push(`open ${name}`);
      return { [Symbol.asyncDispose]: async () => void entries.push(`close ${name}`) };
    },
  };
}

const until = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

describe('start', () => {
  it('opens step by step, each ready before the next, and then is ready', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle();
    const gate = Promise.withResolvers<void>();
    const running = life.run(async () => {
      await life.step('telemetry', open('telemetry'));
      await life.step('messaging', () => gate.promise.then(open('messaging')));
      await life.step('handlers', open('handlers'));
    });
    await Promise.resolve();
    expect(life.state.kind).toBe('starting');
    await expect.poll(() => life.waitingFor()).toEqual(['messaging']);
    expect(entries).toEqual(['open telemetry']);

    gate.resolve();

    await expect.poll(() => life.state.kind).toBe('ready');
    expect(life.waitingFor()).toEqual([]);
    expect(entries).toEqual(['open telemetry', 'open messaging', 'open handlers']);
    await life.stop('test');
    expect(await running).toEqual({ kind: 'stopped' });
  });

  it('a step that fails closes what was opened before it, and is the reason of the end', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle();
    const error = new Error('stream drift');
    const end = await life.run(async () => {
      await life.step('telemetry', open('telemetry'));
      await life.step('messaging', () => Promise.reject(error));
      await life.step('handlers', open('handlers'));
    });
    expect(end).toEqual({ kind: 'failed', error });
    expect(entries).toEqual(['open telemetry', 'close telemetry']);
  });

  it('names the inner step too while it is open, and closes it after the outer one', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle();
    const gate = Promise.withResolvers<void>();
    void life.run(async () => {
      await life.step('dispatch', async () => {
        await life.step('cluster', () => gate.promise.then(open('cluster')));
        return open('dispatch')();
      });
    });
    expect(life.waitingFor()).toEqual(['cluster', 'dispatch']);
    gate.resolve();
    await expect.poll(() => life.state.kind).toBe('ready');
    await life.stop('test');
    expect(entries).toEqual(['open cluster', 'open dispatch', 'close dispatch', 'close cluster']);
  });

  it('a stop during the start gives up the step under way and closes the rest', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle();
    const running = life.run(async () => {
      await life.step('telemetry', open('telemetry'));
      await life.step('messaging', async (signal) => {
        await until(signal);
        throw new Error('gave up');
      });
    });
    await expect.poll(() => life.waitingFor()).toEqual(['messaging']);
    await life.stop('SIGTERM');
    expect(await running).toEqual({ kind: 'stopped' });
    expect(entries).toEqual(['open telemetry', 'close telemetry']);
  });

  it('closes what a step opens although the stop has begun', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle();
    const running = life.run(async () => {
      await life.step('messaging', (signal) => until(signal).then(open('messaging')));
      await life.step('handlers', open('handlers'));
    });
    await expect.poll(() => life.waitingFor()).toEqual(['messaging']);
    await life.stop('SIGTERM');
    expect(await running).toEqual({ kind: 'stopped' });
    expect(entries).toEqual(['open messaging', 'close messaging']);
  });

  it('closes what a step opens even after the deadline of the stop', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle({ stopMs: 20 });
    const gate = Promise.withResolvers<void>();
    const step = life.step('slow', () => gate.promise.then(open('slow')));
    await life.stop('SIGTERM');
    gate.resolve();
    await expect(step).rejects.toThrow('slow was opened after the stop');
    expect(entries).toEqual(['open slow', 'close slow']);
  });
});

describe('stop', () => {
  it('closes in reverse order, once, and gives every caller the same promise', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle();
    void life.run(async () => {
      for (const name of ['telemetry', 'health', 'messaging', 'handlers']) await life.step(name, open(name));
    });
    await expect.poll(() => life.state.kind).toBe('ready');

    const first = life.stop('SIGTERM');
    expect(life.stop('SIGINT')).toBe(first);
    expect(life.fail(new Error('too late'))).toBe(first);

    expect(await first).toEqual({ kind: 'stopped' });
    expect(entries.slice(4)).toEqual(['close handlers', 'close messaging', 'close health', 'close telemetry']);
  });

  it('tells its stages: starting, ready, draining, stopped', async () => {
    const states: LifecycleState['kind'][] = [];
    const life = new Lifecycle({ onChange: ({ kind }) => states.push(kind) });
    expect(life.state.kind).toBe('starting');
    const running = life.run(() => life.step('telemetry', diary().open('telemetry')).then(() => undefined));
    await expect.poll(() => life.state.kind).toBe('ready');
    expect(life.signal.aborted).toBe(false);
    const stop = life.stop('SIGTERM');
    expect(life.state).toEqual({ kind: 'draining', why: 'SIGTERM' });
    expect(life.signal.aborted).toBe(true);
    await Promise.all([stop, running]);
    expect(states).toEqual(['ready', 'draining', 'stopped']);
  });

  it('waits for no one beyond the one deadline, goes on with the others, and says who was late', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle({ stopMs: 30 });
    const never = new Promise<void>(() => undefined);
    void life.run(async () => {
      await life.step('telemetry', open('telemetry'));
      await life.step('handlers', async () => ({ [Symbol.asyncDispose]: () => never }));
      await life.step('cluster', async () => ({ [Symbol.asyncDispose]: () => never }));
    });
    await expect.poll(() => life.state.kind).toBe('ready');
    const end = await life.stop('SIGTERM');
    expect(end.kind === 'failed' && end.error.message).toBe(
      'cluster did not stop within 30 ms; handlers did not stop within 30 ms',
    );
    expect(entries).toEqual(['open telemetry', 'close telemetry']);
  });

  it('goes on when something does not close cleanly, and says so', async () => {
    const { entries, open } = diary();
    const life = new Lifecycle();
    void life.run(async () => {
      await life.step('telemetry', open('telemetry'));
      await life.step('handlers', async () => ({
        [Symbol.asyncDispose]: () => Promise.reject(new Error('unflushed')),
      }));
    });
    await expect.poll(() => life.state.kind).toBe('ready');
    const end = await life.stop('SIGTERM');
    expect(end.kind === 'failed' && end.error.message).toBe('handlers did not stop cleanly: unflushed');
    expect(entries).toContain('close telemetry');
  });
});

describe('what ends by itself', () => {
  it.each([
    [new Error('authorization violation'), 'messaging ended: authorization violation'],
    [undefined, 'messaging ended: closed'],
  ])('ends the service: %s', async (reason, message) => {
    const closed = Promise.withResolvers<Error | undefined>();
    const life = new Lifecycle();
    const running = life.run(async () => {
      await life.step('messaging', async () => ({
        closed: closed.promise,
        [Symbol.asyncDispose]: async () => undefined,
      }));
    });
    await expect.poll(() => life.state.kind).toBe('ready');
    closed.resolve(reason);
    const end = await running;
    expect(end.kind === 'failed' && end.error.message).toBe(message);
  });

  it('is no failure when the stop has closed it', async () => {
    const closed = Promise.withResolvers<Error | undefined>();
    const life = new Lifecycle();
    void life.run(async () => {
      await life.step('messaging', async () => ({
        closed: closed.promise,
        [Symbol.asyncDispose]: async () => closed.resolve(undefined),
      }));
    });
    await expect.poll(() => life.state.kind).toBe('ready');
    expect(await life.stop('SIGTERM')).toEqual({ kind: 'stopped' });
  });
});

it('readiness waits again when a condition no longer holds', async () => {
  let connected = false;
  const life = new Lifecycle();
  life.check('messaging', () => connected);
  expect(life.waitingFor()).toEqual(['messaging']);
  connected = true;
  expect(life.waitingFor()).toEqual([]);
  connected = false;
  expect(life.waitingFor()).toEqual(['messaging']);
});

it('readiness says why a condition does not hold, where that is known', () => {
  const life = new Lifecycle();
  let stores: boolean | string = 'its disk is full; make room there';
  life.check('NATS', () => stores);
  expect(life.waitingFor()).toEqual(['NATS: its disk is full; make room there']);
  stores = true;
  expect(life.waitingFor()).toEqual([]);
});
