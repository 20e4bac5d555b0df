import { detailView } from './detail.js';
import { visible, element } from './element.js';
import { listView } from './list.js';
import { replaceView } from './replace-view.js';
import { runView } from './run.js';

/** At most one redraw in this time, however fast facts come. Milliseconds. */
const REDRAW_MS = 400;
/** As long as a server that has too many followers asks for. */
const REFUSED_MS = 5_000;
/** An evaluation that is open is drawn anew after this time: no fact tells that its log grows. Milliseconds. */
const OPEN_MS = 2_000;

const view = document.getElementById('view');
const live = document.getElementById('live');
let drawing = Promise.resolve();
let timer;
/** Whether more was told while a redraw was due. */
let toldMore = false;
let whileOpen;
/** What is shown, and how far down each was when it was left. */
let shown;
/** The evaluations that it shows, and the run; undefined = any. */
let about;
const leftAt = new Map();

/** What is open: nothing, which is the list, `older/CURSOR`, the id of an evaluation, or `run/` and the id of one of its evaluations. */
function open() {
  return location.hash.replace(/^#\/?/, '');
}

function viewOf(what) {
  const [, kind, of] = /^(older|run)\/(.+)$/.exec(what) ?? [];
  if (kind === 'run') return runView(of);
  return what === '' || kind === 'older' ? listView(of) : detailView(what);
}

function draw() {
  // What was told just now may be in no list yet: so it is looked at once more.
  timer = toldMore ? setTimeout(draw, REDRAW_MS) : undefined;
  toldMore = false;
  const what = open();
  drawing = drawing
    .then(() => viewOf(what))
    .catch((error) => ({ title: 'Not to be had', content: element('p', { class: 'empty' }, error.message) }))
    .then((drawn) => what === open() && put(what, drawn));
}

function put(what, { title, content, isOpen, ...drawn }) {
  about = drawn.about;
  document.title = `${visible(title)} – Lacuna`;
  replaceView(view, content, what === shown);
  if (what !== shown) arrive(what);
  clearTimeout(whileOpen);
  if (isOpen) whileOpen = setTimeout(() => timer === undefined && draw(), OPEN_MS);
}

/** Keyboards and screen readers begin where the new view begins; who goes back is where they were. */
function arrive(what) {
  if (shown !== undefined) view.focus({ preventScroll: true });
  shown = what;
  scrollTo(0, leftAt.get(what) ?? 0);
}

function leave() {
  if (shown !== undefined) leftAt.set(shown, scrollY);
  draw();
}

/** Every fact may change what is shown; facts about other evaluations change only the list. */
function told({ data }) {
  const { evaluation, data: said } = JSON.parse(data);
  const isAbout = about?.includes(evaluation) || about?.includes(said.spec?.run?.id);
  if (open() === shown && about !== undefined && !isAbout) return;
  if (timer === undefined) timer = setTimeout(draw, REDRAW_MS);
  else toldMore = true;
}

function show(state, text) {
  // What happened while nobody told is drawn now.
  if (state === 'on' && live.classList.contains('off')) draw();
  live.className = `live ${state}`;
  live.textContent = text;
}

function connect() {
  const source = new EventSource('/v1/events');
  source.addEventListener('open', () => show('on', 'live'));
  source.addEventListener('error', () => {
    show('off', 'not connected, trying again');
    // A browser tries again by itself when it was cut off, and never when it was refused.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, REFUSED_MS);
  });
  for (const type of [
    'submitted',
    'job-created',
    'container-started',
    'container-ended',
    'log-closed',
    'finding-raised',
    'finding-cleared',
    'settled',
    'compared-alone',
  ]) {
    source.addEventListener(type, told);
  }
}

history.scrollRestoration = 'manual';
addEventListener('hashchange', leave);
draw();
connect();
