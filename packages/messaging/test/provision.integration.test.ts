import { expect, it } from 'vitest';
import { Failure, STREAMS } from '@lacuna/contracts';
import { startBus } from './bus-fixture.ts';

it('creates every stream of the contracts', async () => {
  await using fixture = await startBus();
  const { streams } = await fixture.raw.api<{ streams: string[] }>('STREAM.NAMES');
  expect(streams.sort()).toEqual(
    Object.values(STREAMS)
      .map(({ name }) => name)
      .sort(),
  );
});

it('changes nothing when all is as it should be, however many services start at a time', async () => {
  await using fixture = await startBus();
  const before = await fixture.raw.api<{ streams: object[] }>('STREAM.LIST');
  await Promise.all(Array.from({ length: 5 }, async () => (await fixture.connect()).provision()));
  const configs = ({ streams }: { streams: object[] }): unknown[] => streams.map((s) => 'config' in s && s.config);
  expect(configs(await fixture.raw.api('STREAM.LIST'))).toEqual(configs(before));
});

it('brings a harmless setting up to date and keeps the limit that an operator has set', async () => {
  await using fixture = await startBus();
  await fixture.raw.editStream(STREAMS.facts.name, { description: 'old', max_bytes: 1_000_000 });
  await fixture.bus.provision();
  const { config } = await fixture.raw.api<{ config: object }>(`STREAM.INFO.${STREAMS.facts.name}`);
  expect(config).toMatchObject({ description: STREAMS.facts.means, max_bytes: 1_000_000 });
});

it('makes room for more readers than the server gives a stream by itself, in a stream that was there before too', async () => {
  await using fixture = await startBus();
  await fixture.raw.editStream(STREAMS.facts.name, { max_consumers: -1 });
  await fixture.bus.provision();
  const consumer = (number: number): string => `CONSUMER.CREATE.${STREAMS.facts.name}.reader-${number}`;
  const config = (number: number) => ({ name: `reader-${number}`, mem_storage: true, inactive_threshold: 60e9 });
  for (let number = 1; number <= 1_001; number++)
    await fixture.raw.api(consumer(number), { stream_name: STREAMS.facts.name, config: config(number) });
  const { state } = await fixture.raw.api<{ state: object }>(`STREAM.INFO.${STREAMS.facts.name}`);
  expect(state).toMatchObject({ consumer_count: 1_001 });
});

it.each([
  { setting: 'discard', edit: { discard: 'old', discard_new_per_subject: false }, expected: 'expected new' },
  { setting: 'max_msgs_per_subject', edit: { max_msgs_per_subject: 2 }, expected: 'expected 1' },
  { setting: 'max_age', edit: { max_age: 3_600e9 }, expected: 'expected for ever (0)' },
  { setting: 'no_ack', edit: { no_ack: true }, expected: 'expected not set' },
])('refuses to start when somebody changed $setting, and says so', async ({ setting, edit, expected }) => {
  await using fixture = await startBus();
  await fixture.raw.editStream(STREAMS.facts.name, edit);
  const refusal = await fixture.bus.provision().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Failure);
  expect(refusal).toMatchObject({ code: 'stream-drift' });
  const problem = (refusal as Failure).problems.find(({ where }) => where === `LACUNA_FACTS.${setting}`);
  expect(problem?.message).toContain(expected);
});

it('refuses a stream that acknowledges before its data is on disk', async () => {
  await using fixture = await startBus();
  const { config } = await fixture.raw.api<{ config: object }>(`STREAM.INFO.${STREAMS.facts.name}`);
  await fixture.raw.api(`STREAM.DELETE.${STREAMS.facts.name}`);
  await fixture.raw.api(`STREAM.CREATE.${STREAMS.facts.name}`, { ...config, persist_mode: 'async' });
  await expect(fixture.bus.provision()).rejects.toThrow('LACUNA_FACTS.persist_mode: expected not set, found "async"');
});
