import { headers } from 'nats';
import { expect, it } from 'vitest';
import { logSubject } from '@lacuna/contracts';
import { startBus } from './bus-fixture.ts';
import { idOf } from './pod-facts.ts';
import { readLogOf } from './read-log-of.ts';

const SUBJECT = logSubject(idOf(1), 1, 'pod-1');
const OTHER = logSubject(idOf(1), 1, 'pod-2');
const read = readLogOf(SUBJECT);

it('takes back what lies behind an offset, in the middle of a chunk or between two, and goes on there', async () => {
  await using fixture = await startBus();
  const writer = await fixture.bus.openLog(SUBJECT, 'c1');
  const other = await fixture.bus.openLog(OTHER, 'c2');
  for (const [i, piece] of ['hello ', 'word ', 'and ', 'so on'].entries()) {
    await writer.append({ offset: writer.end, bytes: Buffer.from(piece) });
    await other.append({ offset: i, bytes: Buffer.from('x') });
  }
  await writer.truncate(99);
  expect(await read(fixture.bus)).toBe('hello word and so on');
  await writer.truncate(11);
  expect([await read(fixture.bus), writer.end]).toEqual(['hello word ', 11]);
  await writer.truncate(9);
  expect(await writer.append({ offset: 9, bytes: Buffer.from('ld') })).toEqual({ kind: 'stored', end: 11 });
  expect(await read(fixture.bus)).toBe('hello world');
  await writer.truncate(0);
  expect([await read(fixture.bus), writer.end]).toEqual(['', 0]);
  expect(await writer.append({ offset: 0, bytes: Buffer.from('hello ') })).toEqual({ kind: 'stored', end: 6 });
  expect(await read(fixture.bus)).toBe('hello ');
  expect(await fixture.bus.logEnd(OTHER)).toMatchObject({ offset: 4 });
});

it('stores and takes back nothing behind the end of a closed log, whenever a writer comes', async () => {
  await using fixture = await startBus();
  const [early, frozen, behind] = await Promise.all([1, 2, 3].map(() => fixture.bus.openLog(SUBJECT, 'c1')));
  await early!.append({ offset: 0, bytes: Buffer.from('hello world') });
  await frozen!.append({ offset: 0, bytes: Buffer.from('hel') });
  expect(await early!.close('all of it: “é”')).toBe(true);
  expect(await frozen!.append({ offset: 11, bytes: Buffer.from('!') })).toEqual({ kind: 'behind', end: 11 });
  expect(await frozen!.truncate(5)).toBe(false);
  expect(await behind!.append({ offset: 0, bytes: Buffer.from('hel') })).toEqual({ kind: 'behind', end: 11 });
  expect([await behind!.close('something else'), await early!.close('twice')]).toEqual([false, false]);
  const late = await fixture.bus.openLog(SUBJECT, 'c1');
  expect([frozen!, behind!, late].map(({ closedWith }) => closedWith)).toEqual(Array(3).fill('all of it: “é”'));
  expect([await read(fixture.bus), await read(fixture.bus, { fromOffset: 6 })]).toEqual(['hello world', 'world']);
  expect(await fixture.bus.logEnd(SUBJECT)).toMatchObject({ offset: 11 });
});

it('of what is taken back by one that is frozen while another closes the log nothing is lost', async () => {
  await using fixture = await startBus();
  const frozen = await fixture.bus.openLog(SUBJECT, 'c1');
  await frozen.append({ offset: 0, bytes: Buffer.from('hello ') });
  const other = await fixture.bus.openLog(SUBJECT, 'c1');
  expect(await other.close('all of it')).toBe(true);
  expect(await frozen.truncate(0)).toBe(false);
  expect(await read(fixture.bus)).toBe('hello ');
});

it('carries through, before anything is written, what one took back who was killed then', async () => {
  await using fixture = await startBus();
  const first = await fixture.bus.openLog(SUBJECT, 'c1');
  for (const piece of ['hello ', 'word ', 'and ']) await first.append({ offset: first.end, bytes: Buffer.from(piece) });
  const takingBack = headers();
  for (const [name, value] of [
    ['Lacuna-Offset', '6'],
    ['Lacuna-Takes-Back', '1'],
  ])
    takingBack.set(name!, value!);
  await fixture.raw.client.jetstream().publish(SUBJECT, Buffer.from('wor'), { headers: takingBack });
  const second = await fixture.bus.openLog(SUBJECT, 'c1');
  expect(await second.append({ offset: 9, bytes: Buffer.from('ld') })).toEqual({ kind: 'stored', end: 11 });
  expect(await read(fixture.bus)).toBe('hello world');
  expect(await first.append({ offset: 15, bytes: Buffer.from('so on') })).toEqual({ kind: 'behind', end: 11 });
});
