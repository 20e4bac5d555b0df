/**
 * submit: the way in and the way to look. It accepts evaluations over HTTP and NATS, each once and durably, and serves the read API, the
 * logs, the event stream, the metrics and the page. It answers 202 only for what the stream has stored, runs nothing, and never
 * decides how an evaluation ended.
 */
export { submit } from './service.ts';
