import { expect, it } from 'vitest';
import { keptOfRefused, SPEC_LIMITS } from '../src/index.ts';

const SECRET = 's3cr3t-4711';

const keptOf = (text: string): unknown => JSON.parse(Buffer.from(keptOfRefused(Buffer.from(text))).toString());

it('keeps of a refused spec its fields, and the names of what may be secret', () => {
  const spec = {
    name: 'nightly',
    command: ['sh', '-c', 'true'],
    env: { TOKEN: SECRET, OTHER: '' },
    timeout: '90 parsecs',
    resources: { cpu: '2', env: SECRET },
    labels: { team: SECRET },
    retries: 99,
    enviroment: { TOKEN: SECRET },
  };
  expect(keptOf(JSON.stringify(spec))).toEqual({
    name: 'nightly',
    command: ['sh', '-c', 'true'],
    env: { TOKEN: '(not kept)', OTHER: '(not kept)' },
    timeout: '90 parsecs',
    resources: { cpu: '2', env: '(not kept)' },
    labels: { team: '(not kept)' },
    retries: 99,
    enviroment: '(not kept)',
  });
});

it.each([
  ['env as Docker writes it', { command: ['true'], env: [`TOKEN=${SECRET}`] }],
  ['env as Kubernetes writes it', { command: ['true'], env: [{ name: 'TOKEN', value: SECRET }] }],
  ['env as a text', { command: ['true'], env: `TOKEN=${SECRET}` }],
  ['objects where texts belong', { name: { TOKEN: SECRET }, command: [{ TOKEN: SECRET }] }],
  ['names of env that are none', { command: ['true'], env: { [`TOKEN=${SECRET}`]: '' } }],
  ['names that every object knows', { constructor: SECRET, toString: { TOKEN: SECRET } }],
])('keeps no value of %s', (_, spec) => {
  expect(JSON.stringify(keptOf(JSON.stringify(spec)))).not.toContain(SECRET);
});

it('keeps no value of a field that is called as what every object has', () => {
  expect(JSON.stringify(keptOf(`{"__proto__": "${SECRET}"}`))).not.toContain(SECRET);
});

it.each([
  ['no JSON', `{"env": {"TOKEN": ${SECRET}`],
  ['no object', `["${SECRET}"]`],
  ['a text', `"${SECRET}"`],
  ['longer than a spec may be', JSON.stringify({ command: ['x'.repeat(SPEC_LIMITS.bytes)] })],
  ['a spec that grows by its marks', `{${Array.from({ length: 20_000 }, (_, i) => `"a${i}":1`).join()}}`],
])('keeps of what is %s its length and its sum', (_, text) => {
  expect(keptOf(text)).toEqual({
    notKept: { bytes: text.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});
