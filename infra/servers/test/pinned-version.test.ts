import { expect, test } from 'vitest';
import { SERVERS } from '../src/server-catalog.ts';
import { versionOf } from '../src/server-spec.ts';
import { pinnedVersion } from '../src/pinned-version.ts';

test.each(Object.entries(SERVERS))(
  '%s is pinned by its Go module, and the resolver would accept that version',
  (_, server) => {
    expect(versionOf(server)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(server.accepts(versionOf(server))).toBe(true);
  },
);

test.each(Object.values(SERVERS).filter((server) => server.image !== undefined))(
  'the image of $binary is a pinned version too',
  (server) => {
    expect(server.accepts(server.image?.split(':')[1] ?? '')).toBe(true);
  },
);

test('a module that go.mod does not require is an error that names it', () => {
  expect(() => pinnedVersion(SERVERS.nats.moduleDir, 'example.org/other')).toThrow('example.org/other');
});

test('Jaeger 2 is accepted from 2.13 on, and the 1.x program of another kind is not', () => {
  const accepted = ['1.75.0', '1.76.0', '2.12.9', '2.13.0', '2.20.1', '3.0.0'].filter((version) =>
    SERVERS.jaeger.accepts(version),
  );
  expect(accepted).toEqual(['1.76.0', '2.13.0', '2.20.1']);
});
