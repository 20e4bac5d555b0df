import { expect, test } from 'vitest';
import { withoutFieldOwners } from '../src/without-field-owners.ts';

const TIMES = ['2026-11-27T03:00:00Z', '2026-11-27T03:00:01Z'] as const;
const SPEC = { containers: [{ name: 'main', command: ['echo', ',"managedFields":[{"time":"x"}]},"spec":{'] }] };

/** A pod as the API server writes it, by two owners, with keys in `fieldsV1` that have quotes and brackets. */
function podOf(annotation: string) {
  const owner = (time: string) => {
    const containers = { 'k:{"name":"main"}': { '.': {}, 'f:image': {} }, 'v:[1]},"': {} };
    return { manager: 'a ]},', time, fieldsType: 'FieldsV1', fieldsV1: { 'f:spec': { 'f:containers': containers } } };
  };
  const metadata = { name: 'p', annotations: { said: annotation }, managedFields: TIMES.map(owner) };
  return { kind: 'Pod', metadata, spec: SPEC, status: { phase: 'Running', message: ']},"spec":' } };
}

const parsed = (event: object): unknown => JSON.parse(withoutFieldOwners(Buffer.from(JSON.stringify(event))));

test.each(['plain', 'zwölf 🦊', ',"managedFields":[', ']},"spec":', '\\",\\"managedFields\\":['])(
  'of who wrote which field only the times are left, and all else is as it was, whatever texts it has: %s',
  (annotation) => {
    const object = podOf(annotation);
    const managedFields = TIMES.map((time) => ({ time }));
    const kept = { ...object, metadata: { ...object.metadata, managedFields } };
    expect(parsed({ type: 'MODIFIED', object })).toEqual({ type: 'MODIFIED', object: kept });
  },
);

test.each([
  { type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion: '7' }, spec: { containers: null } } },
  {
    type: 'ADDED',
    object: { kind: 'Event', metadata: { name: 'e', managedFields: [{ time: TIMES[0] }] }, reason: 'r' },
  },
])('a line without owners, or without a spec behind them, is as it was: $type', (event) => {
  expect(parsed(event)).toEqual(event);
});
