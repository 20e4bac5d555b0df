import { expect, it } from 'vitest';
import { STREAMS, type StreamContract } from '@lacuna/contracts';
import { driftsOf, settingsOf } from '../src/stream-settings.ts';

it.each(Object.values<StreamContract>(STREAMS).map((contract) => [contract.name, contract] as const))(
  '%s as we create it has no drift, and refuses rather than drops when it is full',
  (_, contract) => {
    expect(driftsOf(contract, settingsOf(contract))).toEqual([]);
    expect(settingsOf(contract)).toMatchObject({ storage: 'file', discard: 'new', allow_direct: true });
  },
);

it.each([
  { storage: 'memory' },
  { retention: 'interest' },
  { discard: 'old' },
  { discard_new_per_subject: false },
  { max_msgs_per_subject: -1 },
  { max_age: 1 },
  { no_ack: true },
  { sealed: true },
  { persist_mode: 'async' },
  { allow_rollup_hdrs: true },
  { subject_transform: { src: 'a', dest: 'b' } },
  { mirror: { name: 'other' } },
])('finds that a stream of facts with %j would lose facts', (edit) => {
  const drifts = driftsOf(STREAMS.facts, { ...settingsOf(STREAMS.facts), ...edit });
  expect(drifts.map(({ setting }) => setting)).toEqual(Object.keys(edit));
});

it.each([
  { max_bytes: 1_000 },
  { max_msgs: 5 },
  { num_replicas: 3 },
  { description: 'x' },
  { max_consumers: 50 },
  { persist_mode: 'default' },
])('lets an operator set %j', (edit) => {
  expect(driftsOf(STREAMS.facts, { ...settingsOf(STREAMS.facts), ...edit })).toEqual([]);
});

it('takes an age limit longer than the contract asks for, and no shorter one', () => {
  const day = 86_400e9;
  const withAge = (days: number): string[] =>
    driftsOf(STREAMS.alerts, { ...settingsOf(STREAMS.alerts), max_age: days * day }).map(({ setting }) => setting);
  expect(withAge(0)).toEqual([]);
  expect(withAge(31)).toEqual([]);
  expect(withAge(29)).toEqual(['max_age']);
});
