import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { configSchema } from '../src/config-schema.ts';
import { parseConfig } from '../src/index.ts';

const A = Type.Object({ cluster: Type.String({ default: 'process' }), capacity: Type.Integer({ default: 4 }) });
const B = Type.Object({ cluster: Type.String({ default: 'process' }), chunkIdle: Type.Integer({ default: 25 }) });

it('services of one process share a setting that means the same', () => {
  expect(parseConfig(configSchema(A, B), { LACUNA_CLUSTER: 'kubernetes' }).config).toEqual({
    cluster: 'kubernetes',
    capacity: 4,
    chunkIdle: 25,
  });
});

it('two meanings of one name are refused', () => {
  expect(() => configSchema(A, Type.Object({ capacity: Type.String() }))).toThrow('capacity');
});
