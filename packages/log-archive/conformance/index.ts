/** The conformance suite of object stores: what everything that keeps archived logs has to do. It runs against real stores only. */
export { objectStoreSuite } from './object-store-suite.ts';
