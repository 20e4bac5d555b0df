import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptLineOf } from '../src/kept-lines.ts';

describe('a line of what the sidecar gives out', () => {
  test('is its bytes, with their place', () => {
    fc.assert(
      fc.property(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 100 }), (offset, bytes) => {
        const line = `log ${offset} ${Buffer.from(bytes).toString('base64')}`;
        expect(keptLineOf(line)).toEqual({ kind: 'log', offset, bytes: Buffer.from(bytes) });
      }),
    );
  });

  test.each([
    ['end', { kind: 'end' }],
    ['report-seal none there was no report file', { kind: 'report-seal', text: 'none there was no report file' }],
    ['report 0 YQ==', { kind: 'report', offset: 0, bytes: Buffer.from('a') }],
  ])('%s', (line, known) => {
    expect(keptLineOf(line)).toEqual(known);
  });

  test.each([
    ['a line that was cut at its end', 'log 0 YWJj YQ'],
    ['a line that was cut in its base64', 'log 0 YWJjZ'],
    ['a line that was begun in its middle', 'WJj'],
    ['a text of the kubelet', 'unable to retrieve container logs for containerd://abc'],
    ['a place that is none', 'log -1 YQ=='],
    ['nothing', ''],
  ])('is none when it is %s', (_, line) => {
    expect(keptLineOf(line)).toBeUndefined();
  });
});
