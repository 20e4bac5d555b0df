import type { Spool } from '@lacuna/contracts';
import type { ApiPod } from './api-objects.ts';
import { KEEPER_CONTAINER, keepsSpool } from './keeper-container.ts';
import { spoolOfMessage } from './seal-of-message.ts';

/** What the sidecar of a pod that has ended says of its spool; undefined when it was not to have one. */
export function spoolOfPod({ spec, status }: ApiPod): Spool | undefined {
  const keeper = spec?.initContainers?.find(({ name }) => name === KEEPER_CONTAINER);
  if (!keepsSpool(keeper?.command)) return undefined;
  const { state } = status?.initContainerStatuses?.find(({ name }) => name === KEEPER_CONTAINER) ?? {};
  return spoolOfMessage(state?.terminated?.message) ?? { v: 1, error: 'the sidecar ended without a word about it' };
}
