import { defined } from './defined.ts';
import { Compile, type Validator } from 'typebox/compile';
import { CATALOG, type Fact, type FactData, type FactOf, type FactType } from './catalog.ts';
import { isEvaluationId, type EvaluationId } from './evaluation-id.ts';
import { Failure } from './failure.ts';
import { KNOWN_BY, type KnownBy } from './fact.ts';
import { factSubject } from './subjects.ts';

const validators = new Map<string, Validator>();
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Builds a fact. `seenAt` defaults to `at`, `attempt` to 1, `known` to `reported`: right for facts about our own doings. */
export function fact<T extends FactType>(
  type: T,
  about: {
    evaluation: EvaluationId;
    attempt?: number;
    at: number;
    seenAt?: number;
    reportedAt?: number;
    known?: KnownBy;
  },
  data: FactData<T>,
): FactOf<T> {
  return {
    v: 1,
    type,
    evaluation: about.evaluation,
    attempt: about.attempt ?? 1,
    at: about.at,
    seenAt: about.seenAt ?? about.at,
    ...defined({ reportedAt: about.reportedAt }),
    known: about.known ?? 'reported',
    data,
  } as unknown as FactOf<T>;
}

/** The JSON bytes of a fact, as stored. */
export function encodeFact(value: Fact): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/**
 * A fact from a message. Throws a `Failure` (`fact-invalid`) that says what is wrong; a message whose body belongs to another
 * subject is invalid too, because folding it would let one evaluation speak for another.
 */
export function decodeFact(subject: string, bytes: Uint8Array): Fact {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw invalid(subject, `not JSON in UTF-8: ${(cause as Error).message}`);
  }
  const problem = envelopeProblem(value);
  if (problem !== undefined) throw invalid(subject, problem);
  const candidate = value as Fact;
  const validator = validatorOf(candidate.type);
  if (!validator.Check(candidate.data)) {
    const first = [...validator.Errors(candidate.data)][0];
    throw invalid(subject, `data${first?.instancePath ?? ''} ${first?.message ?? 'breaks the schema'}`);
  }
  if (factSubject(candidate) !== subject) throw invalid(subject, `the body belongs to ${factSubject(candidate)}`);
  return candidate;
}

/** Whether two facts say the same; when each was seen and how it is known do not count, because two observers differ there. */
export function sameFact(a: Fact, b: Fact): boolean {
  return (
    a.type === b.type &&
    a.evaluation === b.evaluation &&
    a.attempt === b.attempt &&
    JSON.stringify(a.data) === JSON.stringify(b.data)
  );
}

function envelopeProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'not an object';
  const fields = value as Record<string, unknown>;
  if (fields['v'] !== 1) return `unknown version ${JSON.stringify(fields['v'])}`;
  if (typeof fields['type'] !== 'string' || !Object.hasOwn(CATALOG, fields['type']))
    return `unknown fact ${JSON.stringify(fields['type'])}`;
  if (typeof fields['evaluation'] !== 'string' || !isEvaluationId(fields['evaluation']))
    return 'evaluation is not an id';
  if (!Number.isInteger(fields['attempt']) || (fields['attempt'] as number) < 1)
    return 'attempt is not a positive integer';
  if (!Number.isFinite(fields['at']) || !Number.isFinite(fields['seenAt'])) return 'at and seenAt must be times';
  return (KNOWN_BY as readonly unknown[]).includes(fields['known']) ? undefined : 'known is not one of the known ways';
}

function validatorOf(type: FactType): Validator {
  let validator = validators.get(type);
  if (validator === undefined) validators.set(type, (validator = Compile(CATALOG[type].schema)));
  return validator;
}

function invalid(subject: string, what: string): Failure {
  return new Failure('fact-invalid', `message on ${subject}: ${what}`);
}
