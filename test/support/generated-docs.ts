import { readersOf, settingsOfServices } from '@lacuna/cli';
import { CATALOG, formatDuration, SPAN_CONTRACT, STREAMS } from '@lacuna/contracts';

/** The parts of the documents that are made from the code, by the name of their marker. */
const GENERATED: Readonly<Record<string, () => string>> = {
  stages: () =>
    table(
      ['stage', 'service', 'from → to', 'owed within', 'grace', 'absence means'],
      SPAN_CONTRACT.map((row) => [
        `\`${row.stage}\``,
        row.service,
        `${row.from} → ${row.to}`,
        time(row.owedWithinMs),
        time(row.graceMs),
        row.absence,
      ]),
    ),
  catalog: () =>
    table(
      ['fact', 'means', 'from', 'for'],
      Object.values(CATALOG).map((fact) => [`\`${fact.name}\``, fact.means, fact.producer, fact.consumers.join(', ')]),
    ),
  streams: () =>
    table(
      ['stream', 'subjects', 'holds'],
      Object.values(STREAMS).map((stream) => [
        `\`${stream.name}\``,
        `\`${stream.subjects.join('`, `')}\``,
        stream.means,
      ]),
    ),
  settings: () =>
    table(
      ['setting', 'means', 'takes', 'default', 'read by'],
      settingsOfServices().map((setting) => [
        `\`${setting.variable}\``,
        setting.means,
        setting.takes.replace(/ such as .*/, ''),
        setting.default === undefined ? '–' : `\`${setting.default}\``,
        readersOf(setting),
      ]),
    ),
};

/** The text with every generated part as it must be. */
export function withGenerated(text: string): string {
  return Object.entries(GENERATED).reduce(
    (known, [name, make]) =>
      known.replace(
        new RegExp(`<!-- ${name} -->[^]*<!-- /${name} -->`),
        `<!-- ${name} -->\n${make()}\n<!-- /${name} -->`,
      ),
    text,
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

function time(ms: number | undefined): string {
  return ms === undefined ? '–' : formatDuration(ms);
}
