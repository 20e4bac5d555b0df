/** JetStream error codes (`err_code`) that decide something here; the full list is the server's `errors.json`. */
export const API_ERRORS = {
  streamNotFound: 10059,
  streamNameInUse: 10058,
  noMessageFound: 10037,
  invalidConsumer: 10012,
  invalidStream: 10052,
  maximumConsumers: 10026,
  /** The stream would not store it: a second message on its subject, or no room. The text tells which; a read-back does too. */
  storeFailed: 10077,
  wrongLastSequence: 10071,
  /** On a replicated stream: another message that is checked against the same subject is not yet decided. */
  wrongLastSequenceConstant: 10164,
  accountResources: 10002,
  insufficientResources: 10023,
  memoryResources: 10028,
  storageResources: 10047,
  clusterNotAssigned: 10007,
  clusterNotLeader: 10009,
  /** On servers that vote: the one that decides has not heard of enough of the others yet, as in the first moments after a start. */
  noPeers: 10005,
  streamOffline: 10118,
  consumerOffline: 10119,
  /** On a replicated stream: the same message was sent before and is not yet decided. */
  duplicateInProcess: 10158,
} as const;

const FULL: readonly number[] = [
  API_ERRORS.accountResources,
  API_ERRORS.insufficientResources,
  API_ERRORS.memoryResources,
  API_ERRORS.storageResources,
];
const UNDECIDED: readonly number[] = [
  API_ERRORS.clusterNotAssigned,
  API_ERRORS.clusterNotLeader,
  API_ERRORS.noPeers,
  API_ERRORS.streamOffline,
  API_ERRORS.consumerOffline,
  API_ERRORS.duplicateInProcess,
  API_ERRORS.wrongLastSequenceConstant,
];

/** While the files of a consumer that was deleted a moment ago still go; it has the code of a wrong setting. Source: errConsumerStoreFailed in nats-server. */
const NO_STORE = 'error creating store for consumer';

/** How the server says that a stream, which takes one message on each subject, has one on this. Source: ErrMaxMsgsPerSubject in nats-server. */
const TAKEN = 'maximum messages per subject exceeded';

/** JetStream's refusal of a request. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP-like status. */
  readonly status: number;
  /** Which refusal; see {@link API_ERRORS}. */
  readonly code: number;

  constructor(status: number, code: number, description: string) {
    super(`JetStream: ${description} (${code})`);
    this.status = status;
    this.code = code;
  }

  /** There is a message on the subject; on a replicated stream perhaps one that is accepted and can't be read yet. */
  get taken(): boolean {
    return this.code === API_ERRORS.storeFailed && this.message.includes(TAKEN);
  }

  /** No room. Trying again at once can't help. */
  get full(): boolean {
    return FULL.includes(this.code);
  }

  /** The server can't say now, because of an election, a restart or an attempt still under way. Trying again soon helps. */
  get transient(): boolean {
    if (this.full || this.code === API_ERRORS.storeFailed) return false;
    return (
      this.status === 503 || this.status === 429 || UNDECIDED.includes(this.code) || this.message.includes(NO_STORE)
    );
  }
}
