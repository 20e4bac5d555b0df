import { connect } from 'nats';
import { startNats } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { storedIn } from './support/stored-in.ts';

test('whoever looks at a stream again and again leaves no consumer behind', async () => {
  await using nats = await startNats();
  const connection = await connect({ servers: nats.url });
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: 'SOME', subjects: ['some.>'] });
  for (const one of ['a', 'b']) await connection.jetstream().publish(`some.${one}`, JSON.stringify(one));
  for (let look = 0; look < 3; look++)
    expect((await storedIn(nats.url, 'SOME')).map(({ message }) => message)).toEqual(['a', 'b']);
  expect((await manager.streams.info('SOME')).state.consumer_count).toBe(0);
  await connection.close();
});
