import { expect, test } from 'vitest';
import { createClient } from '../src/index.ts';
import { json, scriptedServer } from './support/scripted-server.ts';

const rows = (...names: string[]): { readonly name: string }[] => names.map((name) => ({ name }));

test('list fetches the pages one after the other, each with the filters and the cursor before it', async () => {
  await using server = await scriptedServer((request, response) =>
    json(response, 200, request.query.has('cursor') ? { items: rows('c') } : { items: rows('a', 'b'), next: 'p2' }),
  );
  const since = new Date('2026-11-23T20:15:00Z');
  const names: string[] = [];
  const labels = { suite: 'e2e', team: 'a=b' };
  for await (const page of createClient(server).list({ phase: 'running', labels, since, limit: 2 }))
    names.push(...page.items.map((item) => item.name));
  expect(names).toEqual(['a', 'b', 'c']);
  const asked = server.seen.map(({ query }) => [...query].map((pair) => pair.join(' ')));
  const filters = ['phase running', 'label suite=e2e', 'label team=a=b', 'since 2026-11-23T20:15:00.000Z', 'limit 2'];
  expect(asked).toEqual([filters, [...filters, 'cursor p2']]);
});

test('a list that is left early asks for no further page', async () => {
  await using server = await scriptedServer((_, response) => json(response, 200, { items: rows('a'), next: 'more' }));
  for await (const page of createClient(server).list()) {
    expect(page.items).toHaveLength(1);
    break;
  }
  expect(server.seen).toHaveLength(1);
});
