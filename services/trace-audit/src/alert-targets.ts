import { defined, type Alert } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import { alertmanagerAlert, postJson } from './alertmanager.ts';
import { webhookBody, webhookSignature } from './webhook.ts';

/** Somewhere that alerts go. Each target has a durable consumer of its own, so one that is down holds up no other and loses nothing. */
export interface AlertTarget {
  readonly name: 'nats' | 'alertmanager' | 'webhook';
  readonly send: (alert: Alert, signal: AbortSignal) => Promise<void>;
  /** An alert that it has already is dropped there, so that to send one again costs nothing. */
  readonly dropsRepeats?: true;
}

interface AlertTargetConfig {
  readonly alertmanagerUrl?: string;
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
}

/** The configured targets; NATS is always one. */
export function alertTargets(
  bus: Pick<Bus, 'publishAlert'>,
  { alertmanagerUrl, webhookUrl, webhookSecret }: AlertTargetConfig,
  now: () => number,
): AlertTarget[] {
  const targets: AlertTarget[] = [{ name: 'nats', send: (alert) => bus.publishAlert(alert), dropsRepeats: true }];
  if (alertmanagerUrl !== undefined) {
    const url = `${alertmanagerUrl.replace(/\/$/, '')}/api/v2/alerts`;
    targets.push({
      name: 'alertmanager',
      send: (alert, signal) => postJson(url, JSON.stringify([alertmanagerAlert(alert)]), {}, signal),
    });
  }
  if (webhookUrl !== undefined) {
    targets.push({
      name: 'webhook',
      send: (alert, signal) => {
        const body = webhookBody(alert);
        const signature =
          webhookSecret === undefined ? undefined : webhookSignature(body, webhookSecret, Math.floor(now() / 1_000));
        const headers = {
          'lacuna-alert-key': alert.key,
          ...defined({ 'lacuna-signature': signature }),
        };
        return postJson(webhookUrl, body, headers, signal);
      },
    });
  }
  return targets;
}
