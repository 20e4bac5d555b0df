import type { Static, TObject } from 'typebox';
import { Failure, nearest, type Problem } from '@lacuna/contracts';
import { parseSetting, settingsOf, type Setting } from './setting.ts';

/** A configuration that holds, and what looks like a slip of the hand. */
interface ParsedConfig<S extends TObject> {
  readonly config: Readonly<Static<S>>;
  readonly warnings: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A configuration from environment variables, `LACUNA_<FIELD>` for each field of the schema; an empty one counts as unset. Throws
 * `Failure('invalid-config')` with every problem there is. Variables with our prefix that no field knows are only warned about,
 * because one environment often serves several services.
 */
export function parseConfig<S extends TObject>(schema: S, env: Environment): ParsedConfig<S> {
  const settings = settingsOf(schema);
  const config: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const setting of settings) {
    const parsed = parseSetting(setting, env[setting.variable]);
    if (parsed.kind === 'problem') problems.push({ where: setting.variable, message: parsed.message });
    else if (parsed.value !== undefined) config[setting.field] = parsed.value;
  }
  if (problems.length > 0) {
    const lines = problems.map(({ where, message }) => `${where}: ${message}`);
    throw new Failure('invalid-config', `the configuration is not valid\n  ${lines.join('\n  ')}`, { problems });
  }
  return { config: Object.freeze(config) as Readonly<Static<S>>, warnings: unknownVariables(env, settings) };
}

/** The effective configuration for the log, by variable; secrets and the user part of addresses masked. */
export function describeConfig(schema: TObject, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    settingsOf(schema).map((setting) => [setting.variable, setting.show(config[setting.field])]),
  );
}

/** What Kubernetes puts into every container for a Service whose name begins with `lacuna`. */
const SERVICE_LINK = /_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT_\d+_(TCP|UDP|SCTP)/;
const SERVICE_ADDRESS = /^(tcp|udp|sctp):\/\//;

/** Read by others in the same environment: the command line, the makers of servers, and whoever looks for the helper that seals logs. */
const NO_SETTINGS: ReadonlySet<string> = new Set([
  'LACUNA_URL',
  'LACUNA_TOKEN',
  'LACUNA_CACHE',
  'LACUNA_NATS_SERVER',
  'LACUNA_JAEGER_SERVER',
  'LACUNA_SEAL_DIR',
]);

function unknownVariables(env: Environment, settings: readonly Setting[]): string[] {
  const known = settings.map(({ variable }) => variable);
  return Object.keys(env)
    .filter((name) => name.startsWith('LACUNA_') && !NO_SETTINGS.has(name) && !known.includes(name))
    .filter((name) => !SERVICE_LINK.test(name) && !SERVICE_ADDRESS.test(env[name] ?? ''))
    .sort()
    .map((name) => {
      const guess = nearest(name, known);
      return `${name} is not a known setting${guess === undefined ? '' : `; did you mean ${guess}?`}`;
    });
}
