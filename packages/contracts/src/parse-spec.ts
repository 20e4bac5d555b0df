import { Compile } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { Settings } from 'typebox/system';
import { FAULT_LABEL, KNOWN_FAULTS, parseFault } from './drill-fault.ts';
import { parseDuration } from './duration.ts';
import { EvaluationSpecSchema, SPEC_LIMITS, type EvaluationSpec } from './evaluation-spec.ts';
import { Failure, type Problem } from './failure.ts';
import { nearest } from './nearest.ts';
import { RunSchema } from './run.ts';
import { timeoutOf } from './timeout.ts';

/** So many problems are listed at most. TypeBox looks for eight by default, of which unknown fields alone may be more. */
const MOST_PROBLEMS = 100;
Settings.Set({ maxErrors: MOST_PROBLEMS });
const validator = Compile(EvaluationSpecSchema);
/** What people should write where the schema only has a pattern. */
const FORMS: Readonly<Record<string, string>> = {
  '/timeout': 'must be a duration such as 90s, 10m or 1.5h',
  '/report': 'must be one of auto, none, pytest, tap, vitest, jest, go, junit:PATH, ctrf:PATH',
  '/queue': 'must be a lower-case name such as nightly-e2e',
  '/resources/cpu': 'must be a CPU quantity such as 2 or 500m',
  '/resources/memory': 'must be a memory quantity such as 512Mi or 2Gi',
};
/** The same for the names of fields that people choose. */
const NAMES: Readonly<Record<string, string>> = {
  '/labels': 'is not a valid name: letters, digits, _ . / and -, the first and last a letter or digit, 128 at most',
};
const NAME_OF_ENV =
  'has a name that is none (not shown, as it may hold a secret): a name has letters, digits and _, and no digit first';
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A spec from the bytes of a request. Fails with `too-large`, `invalid-encoding`, `invalid-json` or `invalid-spec`. */
export function parseSpecBytes(bytes: Uint8Array): EvaluationSpec {
  return parseSpec(parseJsonBytes(bytes, SPEC_LIMITS.bytes));
}

/** JSON from bytes, each way to be wrong told apart. */
export function parseJsonBytes(bytes: Uint8Array, limit: number): unknown {
  if (bytes.byteLength > limit) {
    throw new Failure('too-large', `the body has ${bytes.byteLength} bytes; the limit is ${limit}`);
  }
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch (cause) {
    throw new Failure('invalid-encoding', 'the body is not valid UTF-8; send JSON encoded as UTF-8', { cause });
  }
  if (text.trim() === '')
    throw new Failure(
      'invalid-json',
      'the body is empty; send an evaluation spec as JSON, such as {"command": ["true"]}',
    );
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Failure('invalid-json', `the body is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** A spec from a parsed value; throws a `Failure` (`invalid-spec`) that lists every problem with its place. */
export function parseSpec(value: unknown): EvaluationSpec {
  if (!validator.Check(value)) throw invalidSpec(problemsOf(value));
  const problems = rulesBeyondTheSchema(value);
  if (problems.length > 0) throw invalidSpec(problems);
  return value;
}

function invalidSpec(problems: readonly Problem[]): Failure {
  const lines = problems.map((problem) => `${problem.where}: ${problem.message}`);
  return new Failure('invalid-spec', lines.join('; '), { problems });
}

function rulesBeyondTheSchema(spec: EvaluationSpec): Problem[] {
  const problems: Problem[] = [];
  const bad = (where: string, message: string): void => void problems.push({ where, message });
  if (spec.name?.trim() === '') bad('/name', 'must not be blank');
  if (spec.command[0] === '') bad('/command/0', 'must name a program, not be empty');
  for (const [where, text] of textsForTheSystem(spec)) {
    if (text.includes('\0')) bad(where, 'must not contain a NUL character');
    if (!text.isWellFormed()) bad(where, 'must be Unicode text; it has half a character (a lone surrogate)');
  }
  const timeout = parseDuration(timeoutOf(spec)) ?? 0;
  if (timeout < 1 || timeout > 7 * 86_400_000) bad('/timeout', 'must be between 1ms and 168h');
  if (spec.retryOn !== undefined && !spec.retries) bad('/retryOn', 'has no effect without retries; set retries too');
  if (spec.run !== undefined && !spec.run.suites.includes(spec.run.suite))
    bad('/run/suites', `must hold the suite itself, "${spec.run.suite}"`);
  const fault = spec.labels?.[FAULT_LABEL];
  if (fault !== undefined && parseFault(fault) === undefined)
    bad(`/labels/${FAULT_LABEL}`, `names no fault that can be drilled: "${fault}". Known: ${KNOWN_FAULTS}`);
  return problems;
}

/** What an operating system is given, which takes no NUL, and would be given something else for what is no text. */
function textsForTheSystem({ command, env = {}, workdir, report }: EvaluationSpec): (readonly [string, string])[] {
  return [
    ...command.map((item, i) => [`/command/${i}`, item] as const),
    ...Object.entries(env).map(([name, value]) => [`/env/${name}`, value] as const),
    ...(workdir === undefined ? [] : [['/workdir', workdir] as const]),
    ...(report === undefined ? [] : [['/report', report] as const]),
  ];
}

function problemsOf(value: unknown): Problem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ where: '/', message: 'must be an object such as {"command": ["true"]}' }];
  }
  const errors = validator.Errors(value);
  const problems = errors.flatMap(problemsOfError);
  const more = { where: '/', message: `has more problems than these ${problems.length}` };
  return errors.length < MOST_PROBLEMS ? problems : [...problems, more];
}

function problemsOfError(error: TLocalizedValidationError): Problem[] {
  const where = error.instancePath === '' ? '/' : error.instancePath;
  // Each unknown field has an error of its own, of the schema that nothing fits.
  if (error.keyword === 'additionalProperties') return [];
  if (error.keyword === 'boolean') return [unknownField(where)];
  if (error.keyword === 'required')
    return error.params.requiredProperties.map((name) => ({ where: join(where, name), message: 'is required' }));
  if (error.keyword === 'enum') return [{ where, message: `must be one of ${error.params.allowedValues.join(', ')}` }];
  return [{ where, message: wordsOf(where, error) }];
}

function wordsOf(where: string, error: TLocalizedValidationError): string {
  if (error.keyword === 'type') {
    const type = [error.params.type].flat().join(' or ');
    return `must be ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
  }
  if ((error.keyword === 'minLength' || error.keyword === 'minItems') && error.params.limit === 1)
    return 'must not be empty';
  return (error.keyword === 'pattern' ? FORMS[where] : undefined) ?? error.message;
}

/** `pointer`: of the field, as RFC 6901 writes it. */
function unknownField(pointer: string): Problem {
  const end = pointer.lastIndexOf('/');
  const where = pointer.slice(0, end) || '/';
  const name = pointer
    .slice(end + 1)
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
  const known = where === '/' ? Object.keys(EvaluationSpecSchema.properties) : knownBelow(where);
  // What stands in the place of a name may be a secret: `TOKEN=abc`.
  if (where === '/env') return { where, message: NAME_OF_ENV };
  if (known.length === 0) return { where: join(where, name), message: NAMES[where] ?? 'is not a valid name here' };
  const guess = nearest(name, known);
  return {
    where: join(where, name),
    message: `unknown field${guess === undefined ? '.' : `; did you mean "${guess}"?`} Known: ${known.join(', ')}`,
  };
}

function knownBelow(where: string): readonly string[] {
  if (where === '/resources') return ['cpu', 'memory'];
  if (where === '/run') return Object.keys(RunSchema.properties);
  return where === '/expect' ? ['tests'] : [];
}

function join(where: string, name: string): string {
  return `${where === '/' ? '' : where}/${name}`;
}
