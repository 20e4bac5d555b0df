/**
 * Facts, logs, env values, alerts and requests over NATS JetStream: connect, provision the streams, publish, read, follow, consume.
 * An outcome that is not known is found out here, never handed on: a publish ends as stored, known or in conflict, and a consumer goes
 * on across restarts of the server. It decides nothing about evaluations, keeps no state of its own, and lets no type of the NATS
 * client out: it is the only package that imports it.
 */
export { assertDurable } from './assert-durable.ts';
export { connectBus, type Bus } from './bus.ts';
export type { Credentials } from './credentials.ts';
export { inDetailSpan } from './detail-span.ts';
export type { DoneUpTo } from './done-up-to.ts';
export type { UnreadConsumer } from './unread-consumers.ts';
export type { EnvValues, KeptEnv } from './env.ts';
export type { FailedDelivery } from './fail-delivery.ts';
export type { CaughtUp, FollowOptions } from './follow.ts';
export type { Headers } from './headers.ts';
export type { History } from './history.ts';
export type { LogChunk } from './log-chunk.ts';
export type { LogWriter } from './log-writer.ts';
export { NotStored } from './not-stored.ts';
export { PERMISSIONS, type UserName } from './permissions.ts';
export type { PublishOutcome } from './publish-fact.ts';
export type { ReadLogOptions } from './read-log.ts';
export type { RecordedFact } from './recorded-fact.ts';
export type { Reply } from './serve.ts';
export { storageError } from './storage-error.ts';
export type { IntakeMessage } from './work-intake.ts';
