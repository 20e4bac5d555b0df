/** One line of `go test -json` (`go doc test2json`), without the output of tests. */
export interface GoEvent {
  readonly action: string;
  readonly package: string;
  readonly test?: string;
  /** Seconds. */
  readonly elapsed?: number;
  readonly failedBuild: boolean;
}

/** Answers undefined for output, for events of the build, and for what is no event. */
export function goEvent(text: string): GoEvent | undefined {
  if (!isGoEvent(text) || text.includes('"Action":"output"')) return undefined;
  const event = parse(text);
  const { Action: action, Package: name, Test: test, Elapsed: elapsed } = event;
  if (typeof action !== 'string' || typeof name !== 'string') return undefined;
  return {
    action,
    package: name,
    failedBuild: event['FailedBuild'] !== undefined,
    ...(typeof test === 'string' ? { test } : {}),
    ...(typeof elapsed === 'number' && elapsed >= 0 ? { elapsed } : {}),
  };
}

/** go writes the members of an event in this order. */
export function isGoEvent(text: string): boolean {
  return text.startsWith('{"Time":"') && text.includes('"Action":"') && text.includes('"Package":"');
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
