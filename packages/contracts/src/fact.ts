import { Type, type Static, type TObject, type TProperties } from 'typebox';
import type { EvaluationId } from './evaluation-id.ts';
import type { StageService } from './span-contract.ts';

/** How a fact is known. `inferred` = concluded from what is absent; `reported` = told by the one who did it. */
export const KNOWN_BY = ['watched', 'relisted', 'inferred', 'reported'] as const;
export type KnownBy = (typeof KNOWN_BY)[number];

/** What every fact says, whatever its type. */
interface FactEnvelope<Name extends string = string, Data = unknown> {
  readonly v: 1;
  readonly type: Name;
  readonly evaluation: EvaluationId;
  /** 1 for the first attempt. Facts about the evaluation as a whole belong to attempt 1. */
  readonly attempt: number;
  /** When it happened, by the best clock known: Unix time in milliseconds, with a fraction. */
  readonly at: number;
  /** When a service of ours learned of it; the difference to `at` shows lag and clock skew. */
  readonly seenAt: number;
  /** What the cluster's clock said, when `at` is a better time than that: see `observedTime` in k8s-watch. */
  readonly reportedAt?: number;
  readonly known: KnownBy;
  readonly data: Data;
}

/** The declaration of one fact: everything else (subject, stream, docs, validation) is derived from it. */
export interface FactDefinition<Name extends string = string, Schema extends TProperties = TProperties> {
  readonly name: Name;
  readonly schema: TObject<Schema>;
  /** One sentence for the catalog. */
  readonly means: string;
  readonly producer: StageService;
  readonly consumers: readonly StageService[];
  /**
   * What tells two facts of this type in one attempt apart, as subject tokens: a pod uid, a cause. Empty = at most one per attempt.
   * The stream keeps one message per subject, so this is also the idempotency key.
   */
  readonly qualifier: (data: Static<TObject<Schema>>) => readonly string[];
}

/** Declares a fact; see {@link FactDefinition}. */
export function defineFact<const Name extends string, Schema extends TProperties>(
  definition: Omit<FactDefinition<Name, Schema>, 'schema' | 'qualifier'> & {
    readonly data: Schema;
    readonly qualifier?: (data: Static<TObject<Schema>>) => readonly string[];
  },
): FactDefinition<Name, Schema> {
  const { data, qualifier, ...rest } = definition;
  return { ...rest, schema: Type.Object(data), qualifier: qualifier ?? ((): readonly string[] => []) };
}

/** The fact that a definition declares. */
export type FactFrom<D> =
  D extends FactDefinition<infer Name, infer Schema> ? FactEnvelope<Name, Static<TObject<Schema>>> : never;
