import { Type } from 'typebox';
import { expect, it } from 'vitest';
import { documentSettings, parseConfig } from '../src/index.ts';

const settingWith = (schema: object) => documentSettings(Type.Object({ one: Type.Unsafe(schema) }))[0];

it('a setting is told by its variable, what it means, what it takes and what it is by default', () => {
  const schema = Type.Object({
    stopGrace: Type.Integer({ unit: 'ms', default: 90_000, description: 'from TERM to KILL' }),
  });
  expect(documentSettings(schema)).toEqual([
    {
      variable: 'LACUNA_STOP_GRACE',
      means: 'from TERM to KILL',
      takes: 'a duration such as 500ms, 30s or 5m',
      default: '90s',
    },
  ]);
});

it.for([
  ['a duration', { type: 'integer', unit: 'ms', default: 7_200_000 }, '2h'],
  ['no time', { type: 'integer', unit: 'ms', default: 0 }, '0ms'],
  ['a size', { type: 'integer', unit: 'bytes', default: 64 * 2 ** 20 }, '64Mi'],
  ['an odd size', { type: 'integer', unit: 'bytes', default: 1_500 }, '1500'],
  ['a list', { type: 'array', items: { type: 'string' }, default: ['a', 'b'] }, 'a,b'],
  ['a choice', { type: 'boolean', default: false }, 'false'],
] as const)('%s, written as its default is shown, is read as the same', ([, schema, shown]) => {
  expect(settingWith(schema)?.default).toBe(shown);
  const { config } = parseConfig(Type.Object({ one: Type.Unsafe(schema) }), { LACUNA_ONE: shown });
  expect(config).toEqual({ one: schema.default });
});

it('a default that depends on the machine is told in words, and none is not told', () => {
  expect(settingWith({ default: 8, defaultMeans: 'four a processor' })?.default).toBe('four a processor');
  expect(settingWith({ type: 'string', default: '' })).not.toHaveProperty('default');
});
