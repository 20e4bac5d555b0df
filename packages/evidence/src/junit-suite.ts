import type { Outcome } from './tally.ts';

/** What a suite says of itself; each only if it does. */
interface JunitClaims {
  readonly tests: number | undefined;
  readonly bad: number | undefined;
  readonly seconds: number | undefined;
}

/** One `<testsuite>` or `<testsuites>`: its own figures against its test cases, its own or with those of the suites within. */
export class JunitSuite {
  readonly claims: JunitClaims;
  readonly #own = { tests: 0, bad: 0 };
  readonly #within = { tests: 0, bad: 0 };

  constructor(attributes: Readonly<Record<string, string>>) {
    const failures = figure(attributes['failures']);
    const errors = figure(attributes['errors']);
    this.claims = {
      tests: figure(attributes['tests']),
      bad: failures === undefined && errors === undefined ? undefined : (failures ?? 0) + (errors ?? 0),
      seconds: figure(attributes['time']),
    };
  }

  count(outcome: Outcome): void {
    this.#own.tests += 1;
    if (outcome === 'failed' || outcome === 'errored') this.#own.bad += 1;
  }

  include(inner: JunitSuite): void {
    this.#within.tests += inner.#own.tests + inner.#within.tests;
    this.#within.bad += inner.#own.bad + inner.#within.bad;
  }

  get agrees(): boolean {
    return this.#agrees('tests') && this.#agrees('bad');
  }

  #agrees(of: 'tests' | 'bad'): boolean {
    const claimed = this.claims[of];
    return claimed === undefined || claimed === this.#own[of] || claimed === this.#own[of] + this.#within[of];
  }
}

/** Such as `25`, `0.014` or `1,204.5`, as Maven writes it. */
export function figure(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,15})?$/.test(text)
    ? Number(text.replaceAll(',', ''))
    : undefined;
}
