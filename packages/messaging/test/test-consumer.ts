import type { FailedDelivery } from '../src/index.ts';
import type { BusFixture } from './bus-fixture.ts';

/** A consumer of the facts that `podFact` makes, and what it reported. */
export function consumer({ concurrency = 8, ackWaitMs = 30_000 } = {}): Parameters<BusFixture['bus']['work']>[0] & {
  readonly failed: FailedDelivery[];
} {
  const failed: FailedDelivery[] = [];
  const onFailure = (failure: FailedDelivery): void => void failed.push(failure);
  return { name: 'worker', service: 'tester', types: ['pod-created'], concurrency, ackWaitMs, onFailure, failed };
}
