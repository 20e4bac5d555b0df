import { page, PAGE_POLICY } from '@lacuna/web';
import type { FastifyInstance } from 'fastify';

/** Where the files of the page are. They hold no data; what they show they ask the API for. */
export const PAGE_PATHS: readonly string[] = Object.keys(page.files);

/** Serves the page for people: `/` and what it loads. */
export function pageRoutes(app: FastifyInstance): void {
  for (const [path, { type, bytes }] of Object.entries(page.files)) {
    app.get(path, { schema: { hide: true } }, (_, reply) =>
      reply
        .header('content-type', type)
        .header('cache-control', 'no-cache')
        .header('content-security-policy', PAGE_POLICY)
        .send(bytes),
    );
  }
}
