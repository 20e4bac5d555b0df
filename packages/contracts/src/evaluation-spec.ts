import { Type, type Static } from 'typebox';
import { BYTE_SIZE_PATTERN } from './byte-size.ts';
import { DURATION_PATTERN } from './duration.ts';
import { RunSchema } from './run.ts';

/** Limits of a spec. 256 KiB and 512 env entries: the documented interface. 128 KiB: Linux's limit of one argument or env string. */
export const SPEC_LIMITS = {
  bytes: 256 * 1024,
  envEntries: 512,
  stringBytes: 128 * 1024,
  commandItems: 1_024,
  labels: 64,
} as const;

/**
 * What a new attempt may be made for. `infrastructure`: the platform ended the program, and its end is proven. `node-lost`: the pod is gone
 * or its node silent, so the program may still run, and a new attempt may run it twice. `oom`, `image-pull`: as Kubernetes calls them.
 * `failure`: the program's own result. Source: fault table, J1-J16.
 */
export const RETRY_CAUSES = ['infrastructure', 'node-lost', 'oom', 'image-pull', 'failure'] as const;
export type RetryCause = (typeof RETRY_CAUSES)[number];

const label = Type.String({ maxLength: 256 });
const text = Type.String({ maxLength: SPEC_LIMITS.stringBytes });

/** What a user submits: a command to run, and what is expected of it. Only `command` is required (on Kubernetes `image` too). */
export const EvaluationSpecSchema = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'For people; the first word of the command by default.',
      }),
    ),
    image: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        description: 'Container image; ignored by the embedded cluster, with a warning.',
      }),
    ),
    command: Type.Array(text, {
      minItems: 1,
      maxItems: SPEC_LIMITS.commandItems,
      description: 'Program and arguments; no shell is added.',
    }),
    env: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), text, {
        maxProperties: SPEC_LIMITS.envEntries,
        additionalProperties: false,
      }),
    ),
    workdir: Type.Optional(Type.String({ minLength: 1, maxLength: 4_096 })),
    timeout: Type.Optional(
      Type.String({ pattern: DURATION_PATTERN, description: 'Run time of the command, 10m by default.' }),
    ),
    resources: Type.Optional(
      Type.Object(
        {
          cpu: Type.Optional(Type.String({ pattern: '^[0-9]+(\\.[0-9]+)?m?$' })),
          memory: Type.Optional(Type.String({ pattern: '^[0-9]+(Ki|Mi|Gi|Ti|k|M|G|T)?$' })),
        },
        { additionalProperties: false },
      ),
    ),
    labels: Type.Optional(
      Type.Record(Type.String({ pattern: '^[A-Za-z0-9]([A-Za-z0-9_./-]{0,126}[A-Za-z0-9])?$' }), label, {
        maxProperties: SPEC_LIMITS.labels,
        additionalProperties: false,
      }),
    ),
    queue: Type.Optional(Type.String({ pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' })),
    priority: Type.Optional(
      Type.Integer({ minimum: -1_000, maximum: 1_000, description: 'Higher goes first within its tenant and queue.' }),
    ),
    retries: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10, description: 'New attempts after the causes in retryOn.' }),
    ),
    retryOn: Type.Optional(
      Type.Array(Type.Enum([...RETRY_CAUSES]), {
        minItems: 1,
        uniqueItems: true,
        description:
          'Causes of a new attempt: infrastructure (the default), node-lost (may run twice), oom, image-pull, failure.',
      }),
    ),
    report: Type.Optional(
      Type.String({
        pattern: '^(auto|none|pytest|tap|vitest|jest|go|junit:.+|ctrf:.+)$',
        maxLength: 4_096,
        description:
          'How to read test results: from the log (auto, none, pytest, tap, vitest, jest, go), or from a file that the command writes, relative to workdir (junit:PATH, ctrf:PATH; on Kubernetes only /tmp can be written to).',
      }),
    ),
    logBudget: Type.Optional(
      Type.String({
        pattern: BYTE_SIZE_PATTERN,
        description: 'How much of the log is stored, such as 100Mi; what is longer is truncated, and said to be.',
      }),
    ),
    lossless: Type.Optional(
      Type.Boolean({
        description:
          'On Kubernetes: keep the newest output beside the log too, so that it is whole even when the container is killed or its log is rotated away.',
      }),
    ),
    streams: Type.Optional(
      Type.Enum(['together', 'apart'], {
        description:
          'stdout and stderr as one stream in the order in which they were written (together, the default), or as two: counted apart, and kept apart on the node, in the order in which the runtime reads them.',
      }),
    ),
    expect: Type.Optional(
      Type.Object(
        { tests: Type.Optional(Type.Integer({ minimum: 0, description: 'How many tests must report.' })) },
        { additionalProperties: false },
      ),
    ),
    run: Type.Optional(RunSchema),
  },
  { additionalProperties: false, description: 'An evaluation to run.' },
);
export type EvaluationSpec = Static<typeof EvaluationSpecSchema>;

/**
 * The spec as facts carry it: env values never enter a fact, a span or an annotation (invariant I12), only their names.
 * The values travel in a stream of their own and are deleted when the evaluation is settled.
 */
export const RecordedSpecSchema = Type.Object({
  ...EvaluationSpecSchema.properties,
  name: Type.String(),
  env: Type.Optional(Type.Array(Type.String(), { description: 'Names only.' })),
});
export type RecordedSpec = Static<typeof RecordedSpecSchema>;

/** Splits a spec into what may be recorded and the env values that may not. */
export function recordSpec(spec: EvaluationSpec): {
  readonly recorded: RecordedSpec;
  readonly env: Readonly<Record<string, string>>;
} {
  const { env, ...rest } = spec;
  const recorded: RecordedSpec = { ...rest, name: spec.name ?? defaultName(spec.command) };
  if (env !== undefined) recorded.env = Object.keys(env).sort();
  return { recorded, env: env ?? {} };
}

function defaultName(command: readonly string[]): string {
  const program = command[0] ?? '';
  return program.slice(program.lastIndexOf('/') + 1).slice(0, 128) || 'evaluation';
}
