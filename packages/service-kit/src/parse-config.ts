import type { Static, TObject } from 'typebox';
import { Failure, type Problem } from '@lacuna/contracts';
import { parseSetting, settingsOf } from './setting.ts';
import { unknownSettings } from './unknown-settings.ts';

/** A configuration that holds, and what looks like a slip of the hand. */
interface ParsedConfig<S extends TObject> {
  readonly config: Readonly<Static<S>>;
  readonly warnings: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A configuration from environment variables, `LACUNA_<FIELD>` for each field of the schema; an empty one counts as unset. Throws
 * `Failure('invalid-config')` with every problem there is. Variables with our prefix that nobody knows are only warned about.
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
  const known = settings.map(({ variable }) => variable);
  return { config: Object.freeze(config) as Readonly<Static<S>>, warnings: unknownSettings(env, known) };
}

/** The effective configuration for the log, by variable; secrets and the user part of addresses masked. */
export function describeConfig(schema: TObject, config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    settingsOf(schema).map((setting) => [setting.variable, setting.show(config[setting.field])]),
  );
}
