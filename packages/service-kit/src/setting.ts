import type { TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { parseByteSize, parseDuration } from '@lacuna/contracts';

/**
 * One field of a configuration schema and its environment variable. Besides JSON Schema's own keywords a field may have
 * `unit: 'ms'` (written as a duration such as `30s`), `unit: 'bytes'` (written as a size such as `64Mi`), `secret: true` (never shown) and
 * `defaultMeans` (what the default is, where it depends on the machine).
 */
export interface Setting {
  readonly field: string;
  readonly variable: string;
  readonly schema: FieldSchema;
  readonly required: boolean;
  /** A value as people may see it. */
  show(value: unknown): unknown;
}

type ParsedSetting =
  { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'problem'; readonly message: string };

interface FieldSchema extends TSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly unit?: string;
  readonly secret?: boolean;
  readonly defaultMeans?: string;
}

/** The settings of a schema, in its order. */
export function settingsOf(schema: TObject): Setting[] {
  const required = new Set<string>(schema.required);
  return Object.entries(schema.properties as Readonly<Record<string, TSchema>>).map(([field, of]) =>
    settingOf(field, of, required.has(field)),
  );
}

/** The setting of a field: `healthPort` is `LACUNA_HEALTH_PORT`. */
function settingOf(field: string, schema: FieldSchema, required: boolean): Setting {
  return {
    field,
    variable: `LACUNA_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
    schema,
    required,
    show: (value) => (schema.secret === true && value !== undefined ? '***' : withoutUserinfo(value)),
  };
}

/** The value of one variable, converted, defaulted and checked. */
export function parseSetting(setting: Setting, text: string | undefined): ParsedSetting {
  const { schema, required } = setting;
  if (text === undefined || text.trim() === '') {
    if (schema.default === undefined && required) return problem(setting, 'is not set');
    return { kind: 'value', value: frozen(schema.default) };
  }
  const value = convert(schema, text.trim());
  if (value === undefined) return problem(setting, `found ${JSON.stringify(setting.show(text))}`);
  const [error] = Compile(schema).Errors(value);
  if (error !== undefined) return problem(setting, `found ${JSON.stringify(setting.show(text))}`, error.message);
  return { kind: 'value', value: frozen(value) };
}

function convert(schema: FieldSchema, text: string): unknown {
  if (schema.unit === 'ms') return parseDuration(text);
  if (schema.unit === 'bytes') return parseByteSize(text);
  switch (schema.type) {
    case 'number':
    case 'integer':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    case 'boolean':
      return ({ true: true, '1': true, false: false, '0': false } as Readonly<Record<string, boolean>>)[
        text.toLowerCase()
      ];
    case 'array':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    default:
      return text;
  }
}

function problem({ schema }: Setting, found: string, because?: string): ParsedSetting {
  const about = [formOf(schema), because, schema.description && `(${schema.description})`].filter(Boolean).join(' ');
  return { kind: 'problem', message: `${found}; set ${about}` };
}

/** What to write, in words. */
export function formOf(schema: FieldSchema): string {
  if (schema.unit === 'ms') return 'a duration such as 500ms, 30s or 5m';
  if (schema.unit === 'bytes') return 'a size such as 500k, 64Mi or 1Gi';
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  switch (schema.type) {
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list, separated by commas';
    default:
      return 'a text';
  }
}

/** `nats://user:password@host` shows as `nats://***@host`. */
function withoutUserinfo(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUserinfo);
  return typeof value === 'string' ? value.replace(/\/\/[^/@\s]+@/g, '//***@') : value;
}

function frozen(value: unknown): unknown {
  return Array.isArray(value) ? Object.freeze([...(value as readonly unknown[])]) : value;
}
