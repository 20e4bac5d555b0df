/**
 * How fast the readers of @lacuna/evidence get through lines that are no results, in MB/s on one core: 80-byte log lines, first
 * while the tool is not known yet (`auto`), then behind a line by which each reader was chosen. Run with `node`.
 */
import { performance } from 'node:perf_hooks';
import { openReportReader } from '@lacuna/evidence';

const CHUNK_BYTES = 256 * 1024;
const TOTAL_BYTES = 256 * 1024 * 1024;
const LINE = '2026-11-23T10:15:30.123Z INFO shop.orders: accepted order 4711 of customer 0815\n';
const ACCENTED = '2026-11-23T10:15:30.123Z INFO shop.orders: Bestellung 4711 für Köln übernommen \n';

const OPENINGS = {
  nothing: '',
  pytest: `${'='.repeat(28)} test session starts ${'='.repeat(31)}\ncollected 25 items\na.py::test_x \n`,
  tap: 'TAP version 13\nok 1 - first\n',
  'node:test': '✔ first (1.234567ms)\n',
  vitest: ' RUN  v5.1.1 /app\n',
  jest: 'PASS ./a.test.js\n',
  go: '=== RUN   TestFirst\n',
};

for (const [name, opening] of Object.entries(OPENINGS)) {
  const rates = [LINE, ACCENTED].map((line) => megabytesPerSecond(opening, line).toFixed(0).padStart(6));
  console.log(`${name.padEnd(10)} ASCII ${rates[0]} MB/s   other ${rates[1]} MB/s`);
}

function megabytesPerSecond(opening: string, line: string): number {
  const chunk = Buffer.from(line.repeat(Math.ceil(CHUNK_BYTES / line.length))).subarray(0, CHUNK_BYTES);
  const reader = openReportReader('auto');
  reader.write(Buffer.from(opening));
  const startedAt = performance.now();
  for (let written = 0; written < TOTAL_BYTES; written += chunk.length) reader.write(chunk);
  return TOTAL_BYTES / 1e6 / ((performance.now() - startedAt) / 1000);
}
