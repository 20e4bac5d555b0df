import type { PlainRound } from './plain-logs.ts';

/** What became of as many evaluations by Lacuna. */
export interface SealedRound {
  readonly sealed: number;
  /** From the first submission to the end of the last container, by the clock of its node, which tells whole seconds. */
  readonly endedMs: number;
  /** To the last verdict. */
  readonly ms: number;
}

/** One line of the comparison, round by round. */
export interface Result {
  readonly runtime: string;
  readonly pods: number;
  /** Bytes a line. */
  readonly line: number;
  readonly plain: readonly PlainRound[];
  readonly lacuna: readonly SealedRound[];
  /** Which reads the files of the node. */
  readonly lacunaOfFiles: readonly SealedRound[];
}

const WIDTH = 760;
const LEFT = 230;
const SCALE = 4.4;
const BAR = 22;

/** Whole logs in percent over all rounds, one bar for each way of reading; the whiskers are the best and the worst round. */
export function lostTailsPicture(results: readonly Result[], node: string): string {
  const rows = results.flatMap(({ runtime, pods, plain, lacuna }) => [
    { text: runtime, heading: true, shares: [], colour: '' },
    {
      text: 'kubectl logs --follow',
      heading: false,
      shares: shares(pods, plain, ({ followed }) => followed),
      colour: '#c0392b',
    },
    {
      text: 'read again after the end',
      heading: false,
      shares: shares(pods, plain, ({ reread }) => reread),
      colour: '#d98880',
    },
    {
      text: 'Lacuna: proven whole',
      heading: false,
      shares: shares(pods, lacuna, ({ sealed }) => sealed),
      colour: '#1e8449',
    },
  ]);
  const height = 70 + rows.length * 30;
  const title = `Logs that came whole: ${results[0]?.pods} pods that end at once, 2 cores, ${results[0]?.lacuna.length} rounds`;
  const bars = rows.map((row, index) => barOf(row, 58 + index * 30)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="14">
<title>${title}</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="16" y="30" font-size="16" font-weight="bold" fill="#222">${title}</text>
${bars}
<!-- npm run bench lost-tails; Node ${node} -->
</svg>
`;
}

const shares = <R>(pods: number, rounds: readonly R[], countOf: (round: R) => number): number[] =>
  rounds.map((round) => (100 * countOf(round)) / pods);

interface Row {
  readonly text: string;
  readonly heading: boolean;
  readonly shares: readonly number[];
  readonly colour: string;
}

function barOf({ text, heading, shares: all, colour }: Row, y: number): string {
  if (heading) return `<text x="16" y="${y + 18}" font-weight="bold" fill="#222">${text}</text>`;
  const mean = all.reduce((sum, share) => sum + share, 0) / all.length;
  const at = (share: number): string => (LEFT + share * SCALE).toFixed(1);
  const middle = y + BAR / 2;
  return `<text x="${LEFT - 10}" y="${y + 16}" text-anchor="end" fill="#444">${text}</text>
<rect x="${LEFT}" y="${y}" width="${100 * SCALE}" height="${BAR}" fill="#eee"/>
<rect x="${LEFT}" y="${y}" width="${(mean * SCALE).toFixed(1)}" height="${BAR}" fill="${colour}"/>
<line x1="${at(Math.min(...all))}" x2="${at(Math.max(...all))}" y1="${middle}" y2="${middle}" stroke="#222" stroke-width="2"/>
<text x="${LEFT + 100 * SCALE + 8}" y="${y + 16}" fill="#222">${mean.toFixed(0)} %</text>`;
}
