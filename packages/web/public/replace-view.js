/** So near to its end a log is read as it grows. Pixels. */
const NEAR_END = 4;

/**
 * Puts the content in place of what the view holds. `isSame`: it is the same thing, drawn anew: then the place in the log and the focus stay, and what is
 * just as before is not touched, so that a selection stays too.
 */
export function replaceView(view, content, isSame) {
  if (isSame && view.firstChild?.isEqualNode(content)) return;
  const before = isSame ? view.querySelector('.log') : null;
  const place = before && before.scrollTop + before.clientHeight < before.scrollHeight - NEAR_END && before.scrollTop;
  const { activeElement } = document;
  const isWithin = activeElement !== view && view.contains(activeElement);
  const focused = isSame && isWithin ? selectorOf(activeElement) : undefined;
  view.replaceChildren(content);
  const log = view.querySelector('.log');
  // The end is where a log says why.
  if (log) log.scrollTop = typeof place === 'number' ? place : log.scrollHeight;
  if (focused !== undefined) (view.querySelector(focused) ?? view).focus({ preventScroll: true });
}

function selectorOf(focused) {
  const href = focused.getAttribute('href');
  return href === null ? '.log' : `a[href="${CSS.escape(href)}"]`;
}
