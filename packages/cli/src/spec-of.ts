import { defined, type EvaluationSpec } from '@lacuna/contracts';

/** What the command line says about a spec. */
export interface SpecFlags {
  readonly name?: string;
  readonly image?: string;
  readonly timeout?: string;
  readonly report?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly label?: Readonly<Record<string, string>>;
  readonly workdir?: string;
  readonly expectTests?: number;
  readonly lossless?: boolean;
  readonly streams?: string;
  readonly queue?: string;
  readonly priority?: number;
  readonly retries?: number;
  readonly retryOn?: readonly string[];
}

/**
 * The spec to submit: what the file says, and the command line over it; env and labels are merged by key.
 * Whether it is valid is the server's to say, which knows its own version of the schema.
 */
export function specOf(
  file: Readonly<Record<string, unknown>>,
  { env, label, expectTests, ...flags }: SpecFlags,
  command: readonly string[],
): EvaluationSpec {
  return {
    ...file,
    ...flags,
    ...defined({
      command: command.length === 0 ? undefined : command,
      env: env && merged(file['env'], env),
      labels: label && merged(file['labels'], label),
      expect: expectTests === undefined ? undefined : merged(file['expect'], { tests: expectTests }),
    }),
  } as EvaluationSpec;
}

function merged(below: unknown, above: object): object {
  return { ...(typeof below === 'object' ? below : {}), ...above };
}
