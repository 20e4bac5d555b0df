/**
 * How fast the readers of @lacuna/evidence get through lines that are no results, in MB/s of one core: first while the tool is not
 * known yet (`auto`), then behind a line by which each reader was chosen, and behind runs that are closed. Run with `node`.
 *
 * Rates are by the processor time of this process, so that what else the machine does does not count. The best of three.
 */
import { openReportReader } from '@lacuna/evidence';

const TARGET = 200;
const CHUNK_BYTES = 256 * 1024;
const TOTAL_BYTES = 64 * 1024 * 1024;
const ROUNDS = 3;

const LINES = {
  ASCII: '2026-11-23T10:15:30.123Z INFO shop.orders: accepted order 4711 of customer 0815\n',
  other: '2026-11-23T10:15:30.123Z INFO shop.orders: Bestellung 4711 für Köln übernommen \n',
  coloured: '\u001b[32m2026-11-23T10:15:30.123Z\u001b[39m INFO shop.orders: accepted order 4711\n',
  JSON: '{"level":30,"time":1764112530123,"pid":1,"hostname":"shop","msg":"accepted order 4711"}\n',
  indented: '    at Object.accept (/app/src/orders/accept.ts:47:11) of customer 0815 in row 4711\n',
  'go event':
    '{"Time":"2026-11-25T21:57:15.649289087Z","Action":"output","Package":"shop","Test":"TestA","Output":"hi\\n"}\n',
};

const START = `${'='.repeat(28)} test session starts ${'='.repeat(31)}\ncollected 1 item\n\n`;
const OPENINGS = {
  nothing: '',
  pytest: `${START}a.py::test_x \n`,
  'its sections': `${START}a.py F${' '.repeat(68)}[100%]\n\n${'='.repeat(35)} FAILURES ${'='.repeat(35)}\n`,
  'pytest, closed': `${START}a.py .${' '.repeat(68)}[100%]\n\n${'='.repeat(30)} 1 passed in 0.01s ${'='.repeat(31)}\n`,
  TAP: 'TAP version 13\nok 1 - first\n',
  'TAP, closed': 'TAP version 13\n1..1\nok 1 - first\n',
  'node:test': '✔ first (1.234567ms)\n',
  vitest: ' RUN  v5.1.1 /app\n',
  jest: 'PASS ./a.test.js\n',
  go: '=== RUN   TestFirst\n',
  'go, closed': '=== RUN   TestFirst\n--- PASS: TestFirst (0.00s)\nok  \tshop\t0.1s\n',
};

let slowest = Infinity;
console.log(`MB/s            ${Object.keys(LINES).map(column).join('')}`);
for (const [name, opening] of Object.entries(OPENINGS)) {
  const rates = Object.values(LINES).map((line) => megabytesPerSecond(opening, line));
  slowest = Math.min(slowest, ...rates);
  console.log(`${name.padEnd(16)}${rates.map((rate) => column(rate.toFixed(0))).join('')}`);
}
console.log(`slowest ${slowest.toFixed(0)} MB/s, target ${TARGET}: ${(slowest / TARGET).toFixed(2)}`);

function megabytesPerSecond(opening: string, line: string): number {
  const chunk = Buffer.from(line.repeat(Math.ceil(CHUNK_BYTES / line.length))).subarray(0, CHUNK_BYTES);
  const reader = openReportReader('auto');
  reader.write(Buffer.from(opening));
  return Math.max(...Array.from({ length: ROUNDS }, () => round(() => reader.write(chunk), chunk.length)));
}

/** Bytes per microsecond of processor time are megabytes per second. */
function round(write: () => void, bytes: number): number {
  const before = process.cpuUsage();
  for (let written = 0; written < TOTAL_BYTES; written += bytes) write();
  const { user, system } = process.cpuUsage(before);
  return TOTAL_BYTES / (user + system);
}

function column(text: string): string {
  return text.padStart(10);
}
