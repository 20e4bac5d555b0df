/**
 * log-collect: captures logs byte for byte, proves them complete or names what is lost, and reads the test results in them.
 * The end of a stream is never taken for the end of a log.
 */
export { logCollect } from './service.ts';
