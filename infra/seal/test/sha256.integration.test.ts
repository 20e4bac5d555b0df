import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { tempDir } from '@lacuna/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildHashes } from './support/build-hashes.ts';
import { problem } from './support/run-seal.ts';

/** Source: NIST, examples of FIPS 180-4 and its additional byte vectors for SHA-256. */
const VECTORS: readonly [bytes: Buffer, sha256: string][] = [
  [Buffer.from(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  [Buffer.from('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    Buffer.from('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  [
    Buffer.from(
      'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
    ),
    'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1',
  ],
  [Buffer.alloc(1_000_000, 'a'), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  [Buffer.from('bd', 'hex'), '68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b'],
  [Buffer.from('c98c8e55', 'hex'), '7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504'],
  [Buffer.alloc(55), '02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7'],
  [Buffer.alloc(56), 'd4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb'],
  [Buffer.alloc(57), '65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785'],
  [Buffer.alloc(64), 'f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b'],
  [Buffer.alloc(1_000), '541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53'],
  [Buffer.alloc(1_000, 'A'), 'c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4'],
  [Buffer.alloc(1_005, 'U'), 'f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0'],
  [Buffer.alloc(1_000_000), 'd29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025'],
];

describe.skipIf(problem !== undefined)(
  'SHA-256 of the seal helper, portable and by instructions of the processor',
  () => {
    const stack = new AsyncDisposableStack();
    let program: string;
    beforeAll(async () => {
      program = await buildHashes(stack.use(await tempDir()).path);
    }, 120_000);
    afterAll(() => stack.disposeAsync());

    const digests = (input: Uint8Array, step: number): string[] => {
      const { stdout, status } = spawnSync(program, [String(step)], { input });
      expect(status).toBe(0);
      return stdout.toString().trim().split(' ');
    };
    /** On a processor without such instructions there is only one way. */
    const both = (sha256: string, [, accelerated]: readonly string[]) => [
      sha256,
      accelerated === 'none' ? 'none' : sha256,
    ];

    test.each(VECTORS)('of the official vector %# in pieces of any size', (bytes, sha256) => {
      for (const step of bytes.length > 10_000 ? [4_096, 65_536] : [1, 3, 55, 64, 65, 65_536]) {
        const told = digests(bytes, step);
        expect(told).toEqual(both(sha256, told));
      }
    });

    test('of whatever else, as another implementation has it', () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 2_000, size: 'max' }),
          fc.integer({ min: 1, max: 300 }),
          (bytes, step) => {
            const told = digests(bytes, step);
            expect(told).toEqual(both(createHash('sha256').update(bytes).digest('hex'), told));
          },
        ),
        { numRuns: 100 },
      );
    });
  },
);
