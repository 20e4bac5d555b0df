import type { ServiceContext } from '@lacuna/service-kit';
import type { WatchReport } from './watch.ts';

/** The watch itself, as metrics and log lines. */
export function watchReport({ clock, log, metrics }: Pick<ServiceContext, 'clock' | 'log' | 'metrics'>): WatchReport {
  let lastAt = clock.nowMs();
  metrics.observe(
    'lacuna_watch_last_observation_age_seconds',
    'Since the cluster last reported anything.',
    () => (clock.nowMs() - lastAt) / 1_000,
  );
  const losses = metrics.counter('lacuna_watch_losses_total', 'Watches that broke and were listed anew.', {});
  const drift = metrics.counter(
    'lacuna_watch_drift_total',
    'Changes that a watch should have reported and did not; anything but 0 is a fault.',
    {},
  );
  return {
    observed: (at) => (lastAt = at),
    lost: (because) => {
      losses.add({});
      log.warn({ because }, 'the watch of the cluster broke; listing anew');
    },
    blind: (to, because) =>
      log.warn({ to, because }, 'the cluster does not show what would explain a failure; facts come without'),
    drifted: (changes) => {
      drift.add({}, changes);
      log.error({ changes }, 'the watch had lost changes; the listing has made them good');
    },
  };
}
