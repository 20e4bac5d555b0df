import type { TObject } from 'typebox';
import { defined } from '@lacuna/contracts';
import { formOf, settingsOf, type Setting } from './setting.ts';

/** A setting as people read of it. */
export interface DocumentedSetting {
  /** Its environment variable. */
  readonly variable: string;
  readonly means: string;
  /** What to write, in words. */
  readonly takes: string;
  /** As it would be written; absent when there is none. */
  readonly default?: string;
}

/** What there is to set, for the manual. */
export function documentSettings(schema: TObject): DocumentedSetting[] {
  return settingsOf(schema).map((setting) => {
    const written = defaultOf(setting);
    return {
      variable: setting.variable,
      means: setting.schema.description ?? '',
      takes: formOf(setting.schema),
      ...defined({ default: written }),
    };
  });
}

function defaultOf({ schema }: Setting): string | undefined {
  const { default: value, defaultMeans, unit } = schema;
  if (defaultMeans !== undefined) return defaultMeans;
  if (value === undefined || value === '') return undefined;
  if (unit === 'ms') return inLargest(value as number, DURATIONS);
  if (unit === 'bytes') return inLargest(value as number, SIZES);
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const DURATIONS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const SIZES = { Gi: 2 ** 30, Mi: 2 ** 20, Ki: 2 ** 10, '': 1 } as const;

/** In the largest unit that divides it: 90_000 ms are `90s`. */
function inLargest(value: number, units: Readonly<Record<string, number>>): string {
  const [unit, size] =
    Object.entries(units).find(([, one]) => value >= one && value % one === 0) ?? Object.entries(units).at(-1)!;
  return `${value / size}${unit}`;
}
