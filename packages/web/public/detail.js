import { alone } from './alone.js';
import { diagnosis } from './diagnosis.js';
import { badge, duration, element, stateOf } from './element.js';
import { logStatement } from './log-statement.js';
import { problemOf } from './problem-of.js';
import { timeline } from './timeline.js';

/** How much of a log is shown; the whole of it is a link away. */
const SHOWN_BYTES = 64 * 1024;

/** What a terminal takes for colours, and a page for noise. */
const COLOURS = /\u001b\[[0-9;]*m/g;
/** What begins a line again, as progress does, or ends one together with a newline. */
const RETURNS = /\r\n?/g;

/** One evaluation: verdict, evidence, stages with their holes, findings, log. Its title tells it from others in a row of tabs. */
export async function detailView(id) {
  const answer = await fetch(`/v1/evaluations/${id}`);
  if (answer.status === 404)
    return { title: 'No such evaluation', content: element('p', { class: 'empty' }, 'No such evaluation.') };
  if (!answer.ok) throw new Error(await problemOf(answer, 'The evaluation'));
  const view = await answer.json();
  const { sign, word } = stateOf(view);
  return {
    title: `${sign} ${view.name}: ${word}`,
    content: await article(id, view),
    isOpen: view.verdict === undefined,
    about: [id],
  };
}

async function article(id, view) {
  const attempt = view.attempts.at(-1);
  return element(
    'article',
    {},
    element('h1', {}, `${view.name} `, badge(view)),
    element(
      'p',
      { class: `reason ${view.verdict ?? 'open'}` },
      view.reason ?? `${view.phase} for ${duration(Date.now() - view.submittedAt)}`,
    ),
    facts(view),
    element('h2', {}, 'Stages'),
    ...stages(view),
    ...findings(view.findings),
    ...alone(view.alone),
    ...(await diagnosis(id, view)),
    element('h2', {}, 'Log'),
    ...(await logSection(view, attempt)),
  );
}

/** Of each attempt; one that was retried is the reason for those behind it. */
function stages({ attempts, verdict }) {
  const isOver = (i) => verdict !== undefined || i < attempts.length - 1;
  const drawn = attempts.map((attempt, i) => timeline(attempt.stages, Date.now(), isOver(i)));
  if (attempts.length === 1) return drawn;
  return drawn.flatMap((one, i) => [element('h3', {}, `Attempt ${i + 1} of ${attempts.length}`), one]);
}

function facts(view) {
  const trace = view.links.trace.startsWith('http')
    ? element('a', { href: view.links.trace }, 'trace')
    : `trace ${view.traceId}`;
  const exit =
    view.evidence?.signal ??
    (view.evidence?.exitCode === undefined ? undefined : `exit code ${view.evidence.exitCode}`);
  const texts = [view.tests, exit].filter((text) => text !== undefined).map((text) => element('span', {}, text));
  const { warning } = view.attempts.at(-1);
  if (warning !== undefined) texts.push(element('span', { class: 'late' }, warning));
  return element(
    'p',
    { class: 'facts' },
    ...texts,
    element('span', { class: 'mono' }, view.id),
    trace,
    ...runLink(view),
  );
}

/** To the suites that it ran together with, or that it repeats one of. */
function runLink({ id, spec: { run } }) {
  if (run === undefined) return [];
  const words = run.alone === undefined ? `the run of ${run.suites.join(', ')}` : `repetition ${run.alone} of its run`;
  return [element('a', { href: `#/run/${id}` }, words)];
}

function findings(found) {
  if (found.length === 0) return [];
  const rows = found.map(({ stage, cause, reason, clearedAt }) =>
    element(
      'tr',
      {},
      element('td', { class: clearedAt === undefined ? 'missing' : 'late' }, `${stage} ${cause}`),
      element('td', { class: 'words' }, reason),
      element('td', {}, clearedAt === undefined ? 'alerted' : 'resolved'),
    ),
  );
  return [element('h2', {}, 'Findings'), element('table', {}, element('tbody', {}, ...rows))];
}

async function logSection({ id, verdict }, attempt) {
  const capture = attempt.stages.find(({ stage }) => stage === 'log.capture');
  if (verdict !== undefined && capture?.outcome === 'not-owed')
    return [element('p', { class: 'empty' }, 'There is none: no container ran.')];
  return [
    element(
      'p',
      { class: 'facts' },
      logStatement(attempt.log, verdict),
      element(
        'a',
        { href: `/v1/evaluations/${id}/log` },
        attempt.log?.state === 'sealed' ? 'the whole log' : 'all that is stored',
      ),
    ),
    await logText(id, attempt.log),
  ];
}

async function logText(id, closed) {
  const { answer, offset } = await tail(`/v1/evaluations/${id}/log`);
  // A log that is kept no longer, or can't be read now, is no empty one.
  if (!answer.ok) return element('p', { class: 'missing' }, await problemOf(answer, 'The log'));
  const text = await answer.text();
  if (text === '')
    return element('p', { class: 'empty' }, closed === undefined ? 'Nothing is stored yet.' : 'Nothing was written.');
  const shown = text.replace(COLOURS, '').replace(RETURNS, '\n');
  return element('pre', { class: 'log', tabindex: '0' }, offset > 0 ? '…\n' : '', shown);
}

/** The end of a log, which may be too long to be read whole. */
async function tail(url) {
  const whole = await fetch(url);
  const offset = Number(whole.headers.get('content-length')) - SHOWN_BYTES;
  if (!whole.ok || !(offset > 0)) return { answer: whole, offset: 0 };
  await whole.body.cancel();
  return { answer: await fetch(`${url}?offset=${offset}`), offset };
}
