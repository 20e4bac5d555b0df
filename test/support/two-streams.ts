/** Lines on stdout and stderr at once, with one that runtimes cut into pieces, and an end without newline on each. */
export const TWO_STREAMS = {
  script: `
    (i=0; while [ $i -lt 5000 ]; do echo "out $i"; i=$((i+1)); done; head -c 100000 /dev/zero | tr '\\0' O; echo; printf o) &
    (i=0; while [ $i -lt 5000 ]; do echo "err $i"; i=$((i+1)); done; printf eee) >&2 & wait`,
  stdout: `${lines('out')}${'O'.repeat(100_000)}\no`,
  stderr: `${lines('err')}eee`,
} as const;

/** A log as what it is in any order. */
export const sorted = (text: string): string => Buffer.from(text).sort().toString();

function lines(name: string): string {
  return Array.from({ length: 5_000 }, (_, i) => `${name} ${i}\n`).join('');
}
