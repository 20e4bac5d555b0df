import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure, parseSpec, parseSpecBytes, recordSpec } from '../src/index.ts';

function failureOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a spec', () => {
  test('needs only a command', () => {
    expect(parseSpecBytes(bytes('{"command":["true"]}'))).toEqual({ command: ['true'] });
  });

  test.for([
    [{}, '/command', /is required/],
    [{ command: [] }, '/command', /^must not be empty$/],
    [{ command: 'true' }, '/command', /^must be an array$/],
    [{ command: ['true'], name: '' }, '/name', /^must not be empty$/],
    [{ command: ['true'], name: ' ' }, '/name', /^must not be blank$/],
    [{ command: ['true'], colour: 'red' }, '/colour', /^unknown field\. Known: name, /],
    [{ command: [''] }, '/command/0', /program/],
    [{ command: ['a\0b'] }, '/command/0', /NUL/],
    [{ command: ['x'], workdir: '/a\0b' }, '/workdir', /NUL/],
    [{ command: ['x', '\ud800'] }, '/command/1', /Unicode/],
    [{ command: ['x'], env: { A: '\udc00x' } }, '/env/A', /Unicode/],
    [{ command: ['x'], comand: 1 }, '/comand', /did you mean "command"/],
    [{ command: ['x'], timeout: '5' }, '/timeout', /such as 90s/],
    [{ command: ['x'], timeout: '0s' }, '/timeout', /between/],
    [{ command: ['x'], priority: '5' }, '/priority', /integer/],
    [{ command: ['x'], report: 'nunit' }, '/report', /auto, none/],
    [{ command: ['x'], report: 'junit:' }, '/report', /junit:PATH/],
    [{ command: ['x'], retryOn: ['oom'] }, '/retryOn', /set retries/],
    [{ command: ['x'], retries: 1, retryOn: ['luck'] }, '/retryOn/0', /infrastructure/],
    [{ command: ['x'], env: { '1A': 'x' } }, '/env', /has a name that is none \(not shown, .*letters, digits and _/],
    [{ command: ['x'], env: { A: 5 } }, '/env/A', /string/],
    [{ command: ['x'], resources: { cpus: '1' } }, '/resources/cpus', /did you mean "cpu"/],
    [{ command: ['x'], resources: { cpu: 'many' } }, '/resources/cpu', /500m/],
    [{ command: ['x'], expect: { test: 5 } }, '/expect/test', /did you mean "tests"/],
    [{ command: ['x'], labels: { 'a b': 'x' } }, '/labels/a b', /not a valid name: letters/],
    [
      { command: ['x'], labels: { 'lacuna.fault': 'no-pods' } },
      '/labels/lacuna.fault',
      /no fault .*"no-pods"\. Known: no-pod, slow-pod:<ms>, cut-log/,
    ],
    [{ command: ['x'], labels: { 'lacuna.fault': 'slow-pod' } }, '/labels/lacuna.fault', /"slow-pod"\. Known/],
    [[], '/', /must be an object/],
    [null, '/', /must be an object/],
  ] as const)('%j is refused at %s', ([value, where, message]) => {
    const failure = failureOf(() => parseSpec(value));
    expect(failure.code).toBe('invalid-spec');
    const problem = failure.problems.find((one) => one.where === where);
    expect(problem?.message).toMatch(message);
  });

  test('lists every problem at once', () => {
    expect(
      failureOf(() => parseSpec({ comand: ['x'], timeout: '5', queue: 'UP' }))
        .problems.map((one) => one.where)
        .sort(),
    ).toEqual(['/comand', '/command', '/queue', '/timeout']);
  });

  test('lists every problem also when many fields are unknown, and of very many says that there are more', () => {
    const unknown = (count: number): Record<string, number> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`field/${i}`, i]));
    const some = failureOf(() => parseSpec({ ...unknown(20), timeout: '5' })).problems.map(({ where }) => where);
    expect(some.sort()).toEqual([...Object.keys(unknown(20)).map((name) => `/${name}`), '/command', '/timeout'].sort());
    const many = failureOf(() => parseSpec(unknown(5_000))).problems;
    expect(many.length).toBe(101);
    expect(many.at(-1)?.message).toBe('has more problems than these 100');
  });

  test.for([
    [bytes('{'), 'invalid-json'],
    [bytes(''), 'invalid-json'],
    [Uint8Array.of(0x7b, 0xff, 0x7d), 'invalid-encoding'],
    [bytes(`{"command":["${'x'.repeat(300_000)}"]}`), 'too-large'],
  ] as const)('bytes that are no spec are told apart: %#', ([body, code]) => {
    expect(failureOf(() => parseSpecBytes(body)).code).toBe(code);
  });

  test('is either taken or refused with a Failure, whatever the value', () => {
    const isAnswered = (value: unknown): boolean => {
      try {
        parseSpec(value);
        return true;
      } catch (error) {
        return error instanceof Failure;
      }
    };
    fc.assert(fc.property(fc.anything({ withNullPrototype: true }), isAnswered));
  });

  test('that is refused for a name of env does not tell it: it may be a secret', () => {
    const refused = (): unknown => parseSpec({ command: ['true'], env: { 'TOKEN=canary': '' } });
    expect(refused).toThrow(/^\/env: has a name that is none/);
    expect(refused).not.toThrow(/canary/);
  });

  test('is recorded with the names of its env and without the values', () => {
    const { recorded, env } = recordSpec({ command: ['/usr/bin/pytest'], env: { TOKEN: 'canary' } });
    expect(JSON.stringify(recorded)).not.toContain('canary');
    expect(recorded).toMatchObject({ name: 'pytest', env: ['TOKEN'] });
    expect(env).toEqual({ TOKEN: 'canary' });
  });
});
