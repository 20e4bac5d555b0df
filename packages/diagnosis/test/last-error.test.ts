import { describe, expect, test } from 'vitest';
import { lastError } from '../src/log/last-error.ts';

/** As the tools print them: python 3.13, node 24, OpenJDK 21, go 1.25, rustc 1.85. */
const ENDS = {
  python: `start
Traceback (most recent call last):
  File "/suite/run.py", line 3, in <module>
    main()
    ~~~~^^
  File "/suite/run.py", line 2, in main
    return 1 / 0
           ~~^~~
ZeroDivisionError: division by zero`,
  node: `start
file:///suite/run.mjs:1
throw new Error('division by zero');
      ^

Error: division by zero
    at file:///suite/run.mjs:1:7
    at ModuleJob.run (node:internal/modules/esm/module_job:413:25)

Node.js v24.21.0`,
  java: `start
Exception in thread "main" java.lang.ArithmeticException: / by zero
\tat Main.main(Main.java:3)`,
  go: `start
panic: runtime error: integer divide by zero
[signal SIGFPE: floating-point exception code=0x1 addr=0x0 pc=0x0]

goroutine 1 [running]:
main.main()
\t/suite/main.go:5 +0x1d
exit status 2`,
  rust: `start
thread 'main' panicked at src/main.rs:3:5:
attempt to divide by zero
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
} as const;

describe.each(Object.entries(ENDS))('%s', (language, text) => {
  const lines = text.split('\n');

  test('is read where the log ends with it, blank lines aside', () => {
    expect(lastError([...lines, '', ''])).toMatchObject({
      language,
      line: expect.stringMatching(/by zero|panicked/),
    });
  });

  test('is not taken for the end where the program went on', () => {
    expect(lastError([...lines, ...Array.from({ length: 8 }, (_, i) => `test ${i} passed`)])).toBeUndefined();
  });
});

test('a log without an error has none', () => {
  expect(lastError(['25 passed in 1.2s', ''])).toBeUndefined();
  expect(lastError([])).toBeUndefined();
});
