import { createHmac } from 'node:crypto';
import type { Alert } from '@lacuna/contracts';
import { alertmanagerAlert } from './alertmanager.ts';

/** The webhook's body: Alertmanager's webhook payload, version 4, with the one alert, so that existing receivers understand it. */
export function webhookBody(alert: Alert): string {
  const status = alert.status === 'raised' ? 'firing' : 'resolved';
  const one = alertmanagerAlert(alert) as {
    labels: Record<string, string>;
    annotations: Record<string, string>;
    generatorURL?: string;
  };
  return JSON.stringify({
    version: '4',
    groupKey: alert.key,
    truncatedAlerts: 0,
    status,
    receiver: 'lacuna',
    groupLabels: { alertname: one.labels['alertname'] },
    commonLabels: one.labels,
    commonAnnotations: one.annotations,
    externalURL: one.generatorURL ?? '',
    alerts: [{ ...one, status, fingerprint: alert.key }],
  });
}

/** `t=<unix seconds>,v1=<hmac-sha256 of "t.body">`: lets the receiver check who sent it, and when. */
export function webhookSignature(body: string, secret: string, unixSeconds: number): string {
  const signed = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex');
  return `t=${unixSeconds},v1=${signed}`;
}
