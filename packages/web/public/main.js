import { detailView } from './detail.js';
import { element, visible } from './element.js';
import { listView } from './list.js';

/** At most one redraw in this time, however fast facts come. Milliseconds. */
const REDRAW_MS = 400;

const view = document.getElementById('view');
const live = document.getElementById('live');
let drawing = Promise.resolve();
let timer;
/** Whether more was told while a redraw was due. */
let toldMore = false;

function open() {
  return location.hash.replace(/^#\/?/, '');
}

function draw() {
  // What was told just now may be in no list yet: so it is looked at once more.
  timer = toldMore ? setTimeout(draw, REDRAW_MS) : undefined;
  toldMore = false;
  const id = open();
  drawing = drawing
    .then(() => (id === '' ? listView() : detailView(id)))
    .catch((error) => ({ title: 'Not to be had', content: element('p', { class: 'empty' }, error.message) }))
    .then((drawn) => id === open() && put(drawn));
}

function put({ title, content }) {
  document.title = `${visible(title)} – Lacuna`;
  view.replaceChildren(content);
}

/** Every fact may change what is shown; facts about other evaluations change only the list. */
function told({ data }) {
  const { evaluation } = JSON.parse(data);
  if (open() !== '' && open() !== evaluation) return;
  if (timer === undefined) timer = setTimeout(draw, REDRAW_MS);
  else toldMore = true;
}

function show(state, text) {
  live.className = `live ${state}`;
  live.textContent = text;
}

function connect() {
  const source = new EventSource('/v1/events');
  source.addEventListener('open', () => show('on', 'live'));
  source.addEventListener('error', () => show('off', 'not connected, trying again'));
  for (const type of [
    'submitted',
    'job-created',
    'container-started',
    'container-ended',
    'log-closed',
    'finding-raised',
    'finding-cleared',
    'settled',
  ]) {
    source.addEventListener(type, told);
  }
}

addEventListener('hashchange', draw);
draw();
connect();
