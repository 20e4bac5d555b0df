import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestReport } from '@lacuna/contracts';
import { accountFor, openReportReader } from '../src/index.ts';
import type { Accounting } from '../src/account-for.ts';
import type { ReportKind } from '../src/formats.ts';
import { TOOLS, type Tool } from './cases/index.ts';

const DIRECTORY = join(import.meta.dirname, 'fixtures');

interface Fixture {
  readonly tool: Tool;
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The output of a real run; see `fixtures/generate.ts`. */
export function fixture(tool: Tool, name: string): Fixture {
  return { tool, name, bytes: readFileSync(join(DIRECTORY, tool, `${name}.txt`)) };
}

export function allFixtures(): Fixture[] {
  return TOOLS.flatMap((tool) =>
    readdirSync(join(DIRECTORY, tool)).map((file) => fixture(tool, file.slice(0, -'.txt'.length))),
  );
}

export function reportOf(log: string | readonly Uint8Array[], kind: ReportKind = 'auto'): TestReport | undefined {
  const reader = openReportReader(kind);
  for (const chunk of typeof log === 'string' ? [Buffer.from(log)] : log) reader.write(chunk);
  return reader.end();
}

/** For logs in which a tool must be recognised. */
export function mustRead(log: string | readonly Uint8Array[], kind: ReportKind = 'auto'): TestReport {
  const report = reportOf(log, kind);
  if (report === undefined) throw new Error('no test tool was recognised');
  return report;
}

export function accountingOf(tool: Tool, name: string, expected?: number): Accounting {
  return accountFor(mustRead([fixture(tool, name).bytes]), expected);
}
