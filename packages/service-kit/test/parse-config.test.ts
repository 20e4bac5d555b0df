import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { Failure } from '@lacuna/contracts';
import { BaseConfigSchema, HealthConfigSchema, parseConfig } from '../src/index.ts';
import { describeConfig, type Environment } from '../src/parse-config.ts';

const Schema = Type.Object({
  capacity: Type.Integer({ minimum: 1, default: 10, description: 'how many evaluations run at once' }),
  ackWait: Type.Integer({ unit: 'ms', minimum: 100, default: 30_000, description: 'time to handle a fact' }),
  store: Type.String({ description: 'folder of the projection' }),
  authToken: Type.Optional(Type.String({ secret: true, minLength: 8 })),
  verbose: Type.Boolean({ default: false }),
  mode: Type.Enum(['process', 'kubernetes'], { default: 'process' }),
  servers: Type.Array(Type.String(), { default: ['nats://127.0.0.1:4222'] }),
});
const parse = (env: Environment) => parseConfig(Schema, { LACUNA_STORE: '/data', ...env });

describe('parseConfig', () => {
  it('takes defaults for what is unset or empty', () => {
    expect(parse({ LACUNA_CAPACITY: '', LACUNA_ACK_WAIT: '  ' })).toEqual({
      config: {
        capacity: 10,
        ackWait: 30_000,
        store: '/data',
        verbose: false,
        mode: 'process',
        servers: ['nats://127.0.0.1:4222'],
      },
      warnings: [],
    });
  });

  it('reads numbers, durations, booleans, choices and lists', () => {
    const { config } = parse({
      LACUNA_CAPACITY: '25',
      LACUNA_ACK_WAIT: '1.5m',
      LACUNA_VERBOSE: 'true',
      LACUNA_MODE: 'kubernetes',
      LACUNA_SERVERS: 'nats://a:4222, nats://b:4222,',
    });
    expect(config).toMatchObject({
      capacity: 25,
      ackWait: 90_000,
      verbose: true,
      mode: 'kubernetes',
      servers: ['nats://a:4222', 'nats://b:4222'],
    });
  });

  it('reports every problem at once, with what was found and what to do', () => {
    const failure = failureOf(() =>
      parseConfig(Schema, {
        LACUNA_CAPACITY: 'many',
        LACUNA_ACK_WAIT: '30',
        LACUNA_VERBOSE: 'perhaps',
        LACUNA_MODE: 'docker',
      }),
    );
    expect(failure.code).toBe('invalid-config');
    expect(failure.problems).toEqual([
      { where: 'LACUNA_CAPACITY', message: 'found "many"; set a whole number (how many evaluations run at once)' },
      {
        where: 'LACUNA_ACK_WAIT',
        message: 'found "30"; set a duration such as 500ms, 30s or 5m (time to handle a fact)',
      },
      { where: 'LACUNA_STORE', message: 'is not set; set a text (folder of the projection)' },
      { where: 'LACUNA_VERBOSE', message: 'found "perhaps"; set true or false' },
      { where: 'LACUNA_MODE', message: expect.stringContaining('found "docker"; set one of process, kubernetes') },
    ]);
    for (const { where } of failure.problems) expect(failure.message).toContain(where);
  });

  it('keeps to the limits of a field', () => {
    const failure = failureOf(() => parse({ LACUNA_CAPACITY: '0', LACUNA_ACK_WAIT: '10ms' }));
    expect(failure.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('must be >= 1'),
      expect.stringContaining('must be >= 100'),
    ]);
  });

  it('never shows a secret, not even a wrong one', () => {
    const failure = failureOf(() => parse({ LACUNA_AUTH_TOKEN: 'hunter2' }));
    expect(failure.problems).toMatchObject([{ where: 'LACUNA_AUTH_TOKEN' }]);
    expect(JSON.stringify(failure) + failure.message).not.toContain('hunter2');
  });

  it('warns about a variable with our prefix that nobody reads, and names the one that was meant', () => {
    expect(parse({ LACUNA_CAPACTIY: '3', LACUNA_XYZZY_PLUGH_FROBOZZ: '1', HOME: '/root' }).warnings).toEqual([
      'LACUNA_CAPACTIY is no setting, and has no effect; did you mean LACUNA_CAPACITY?',
      'LACUNA_XYZZY_PLUGH_FROBOZZ is no setting, and has no effect; `lacuna settings` lists all',
    ]);
  });

  it('says nothing about the settings of other services in the same environment, and knows them as what was meant', () => {
    expect(parse({ LACUNA_DEADLINES: 'pod.create=5s', LACUNA_FOLLOW_AFTER: '3s' }).warnings).toEqual([]);
    expect(parse({ LACUNA_DEADLINE: 'pod.create=5s' }).warnings).toEqual([
      'LACUNA_DEADLINE is no setting, and has no effect; did you mean LACUNA_DEADLINES?',
    ]);
  });

  it('says nothing about what the command line reads in the same shell', () => {
    expect(parse({ LACUNA_URL: 'http://127.0.0.1:4280', LACUNA_TOKEN: 't', LACUNA_CACHE: '/c' }).warnings).toEqual([]);
  });

  it('says nothing about what Kubernetes sets for a Service called lacuna-submit', () => {
    const { warnings } = parse({
      LACUNA_SUBMIT_SERVICE_HOST: '10.0.0.7',
      LACUNA_SUBMIT_SERVICE_PORT: '80',
      LACUNA_SUBMIT_SERVICE_PORT_HTTP: '80',
      LACUNA_SUBMIT_PORT: 'tcp://10.0.0.7:80',
      LACUNA_SUBMIT_PORT_80_TCP_ADDR: '10.0.0.7',
    });
    expect(warnings).toEqual([]);
  });

  it('returns what can not be changed', () => {
    const { config } = parse({});
    expect(() => Object.assign(config, { capacity: 1 })).toThrow(TypeError);
    expect(() => config.servers.push('x')).toThrow(TypeError);
  });
});

describe('describeConfig', () => {
  it('masks secrets and the user part of addresses', () => {
    const { config } = parse({ LACUNA_AUTH_TOKEN: 'correct horse', LACUNA_SERVERS: 'nats://bob:pw@host:4222' });
    const described = describeConfig(Schema, config);
    expect(described).toMatchObject({
      LACUNA_AUTH_TOKEN: '***',
      LACUNA_SERVERS: ['nats://***@host:4222'],
      LACUNA_CAPACITY: 10,
    });
    expect(JSON.stringify(described)).not.toMatch(/correct horse|pw/);
  });
});

it('the settings of every service need nothing to be set', () => {
  expect(parseConfig(BaseConfigSchema, {}).config).toMatchObject({
    natsUrl: ['nats://127.0.0.1:4222'],
    drainTimeout: 10_000,
  });
  expect(parseConfig(HealthConfigSchema, {}).config).toEqual({ healthHost: '127.0.0.1', healthPort: 0 });
});

function failureOf(act: () => unknown): Failure {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('expected a Failure');
}
