/** The process ends here. */
export class Crash extends Error {}

/** Counts the calls of methods over several objects, and ends the process, so to speak, before or after one of them has had its effect. */
export class CrashPlan {
  #calls = 0;
  readonly #at: number;
  readonly #when: 'before' | 'after';

  /** `at`: the number of the call, from 0; there may be none of that number. */
  constructor(at: number, when: 'before' | 'after') {
    this.#at = at;
    this.#when = when;
  }

  get calls(): number {
    return this.#calls;
  }

  /** The same object, whose methods of these names may crash. A method whose outcome is iterated may crash when it is called. */
  wrap<T extends object>(target: T, methods: readonly (keyof T)[]): T {
    return new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name);
        if (typeof value !== 'function') return value;
        const bound = (value as (...args: unknown[]) => unknown).bind(of);
        return methods.includes(name as keyof T) ? (...args: unknown[]) => this.#call(() => bound(...args)) : bound;
      },
    });
  }

  #call(call: () => unknown): unknown {
    const number = this.#calls++;
    if (number !== this.#at) return call();
    if (this.#when === 'before') throw new Crash();
    const outcome = call();
    if (!(outcome instanceof Promise)) throw new Crash();
    return outcome.then(() => {
      throw new Crash();
    });
  }
}
